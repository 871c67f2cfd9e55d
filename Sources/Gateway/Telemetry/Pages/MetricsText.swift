// Prometheus's text format 0.0.4, written into bytes. A page has a line for each bound of each
// histogram of each node, and an event loop writes it while it serves no client: so a line is a few
// copies, and no string is made for it.

import Primitives

/// Writes families and their samples. Names and labels are texts of the program or of the topology,
/// which contain nothing that the format would escape.
struct MetricsText: ~Copyable {
  /// The type of a family.
  enum Kind {
    case counter, gauge, histogram

    var name: StaticString {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  /// What has been written.
  private(set) var content = ByteBuffer(capacity: 64 << 10)
  private var name = ByteBuffer()
  private var labels = ByteBuffer()
  private var bucket = ByteBuffer()

  /// Begins a family: its samples follow.
  ///
  /// - Parameter owner: the prefix of its name, `session_gateway_` unless Prometheus's own
  ///   libraries name it.
  mutating func family(
    _ name: StaticString, _ kind: Kind, _ help: StaticString,
    of owner: StaticString = "session_gateway_"
  ) {
    self.name.clear()
    self.name.append(owner)
    self.name.append(name)
    content.append("# HELP ")
    content.append(self.name)
    content.append(" ")
    content.append(help)
    content.append("\n# TYPE ")
    content.append(self.name)
    content.append(" ")
    content.append(kind.name)
    content.append("\n")
  }

  /// A family of one sample without labels.
  mutating func counter(_ name: StaticString, _ help: StaticString, _ value: Int) {
    family(name, .counter, help)
    sample(value)
  }

  /// A family of one sample without labels.
  mutating func gauge(_ name: StaticString, _ help: StaticString, _ value: Int) {
    family(name, .gauge, help)
    sample(value)
  }

  // MARK: Labels of the next sample

  mutating func label(_ name: StaticString, _ value: StaticString) {
    beginLabel(name)
    labels.append(value)
    labels.append("\"")
  }

  mutating func label(_ name: StaticString, text value: String) {
    beginLabel(name)
    labels.append(text: value)
    labels.append("\"")
  }

  mutating func label(_ name: StaticString, decimal value: Int) {
    beginLabel(name)
    labels.append(decimal: value)
    labels.append("\"")
  }

  private mutating func beginLabel(_ name: StaticString) {
    if !labels.isEmpty { labels.append(",") }
    labels.append(name)
    labels.append("=\"")
  }

  // MARK: Samples

  /// A sample with the labels given since the last one.
  mutating func sample(_ value: Int) {
    series("")
    content.append(decimal: value)
    endSample()
  }

  /// A sample whose value is not a whole number.
  mutating func sample(_ value: Double) {
    series("")
    content.append(text: "\(value)")
    endSample()
  }

  /// The samples of one histogram, with the labels given since the last sample; none if nothing was
  /// counted.
  mutating func histogram(_ durations: DurationCounts) {
    if durations.total > 0 {
      beginBuckets()
      var total = 0
      for range in 0..<DurationCounts.bounds.count {
        total += durations.counts[range]
        beginBucket()
        content.append(seconds: Int(DurationCounts.bounds[range]))
        endBucket(total)
      }
      endBuckets(durations.total)
      series("_sum")
      content.append(seconds: durations.microseconds)
      content.append("\n")
      count(durations.total)
    }
    labels.clear()
  }

  /// The samples of one histogram of numbers whose ranges end at powers of two.
  ///
  /// - Parameters:
  ///   - counts: the count in each range; the last one has no bound.
  ///   - sum: the sum of all numbers.
  mutating func histogram(_ counts: [Int], sum: Int) {
    beginBuckets()
    var total = 0
    for range in 0..<(counts.count - 1) {
      total += counts[range]
      beginBucket()
      content.append(decimal: 1 << range)
      endBucket(total)
    }
    total += counts[counts.count - 1]
    endBuckets(total)
    series("_sum")
    content.append(decimal: sum)
    content.append("\n")
    count(total)
    labels.clear()
  }

  /// The beginning of each bucket's line.
  private mutating func beginBuckets() {
    bucket.clear()
    bucket.append(name)
    bucket.append("_bucket{")
    bucket.append(labels)
    if !labels.isEmpty { bucket.append(",") }
    bucket.append("le=\"")
  }

  private mutating func beginBucket() { content.append(bucket) }

  private mutating func endBucket(_ total: Int) {
    content.append("\"} ")
    content.append(decimal: total)
    content.append("\n")
  }

  private mutating func endBuckets(_ total: Int) {
    beginBucket()
    content.append("+Inf")
    endBucket(total)
  }

  private mutating func count(_ total: Int) {
    series("_count")
    content.append(decimal: total)
    content.append("\n")
  }

  /// A line up to its value.
  private mutating func series(_ suffix: StaticString) {
    content.append(name)
    content.append(suffix)
    if !labels.isEmpty {
      content.append("{")
      content.append(labels)
      content.append("}")
    }
    content.append(" ")
  }

  private mutating func endSample() {
    content.append("\n")
    labels.clear()
  }

  /// What has been written; nothing can be added to it.
  consuming func finish() -> ByteBuffer { content }
}

extension ByteBuffer {
  /// Appends a number of microseconds in seconds: `0.00025`, `1.0`.
  fileprivate mutating func append(seconds microseconds: Int) {
    append(decimal: microseconds / 1_000_000)
    append(".")
    var rest = microseconds % 1_000_000
    var unit = 100_000
    repeat {
      append(UInt8(48 + rest / unit))
      rest %= unit
      unit /= 10
    } while rest > 0
  }
}
