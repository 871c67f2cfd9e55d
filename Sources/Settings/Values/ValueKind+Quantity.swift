// Kinds of settings that take numbers: durations, sizes and counts, each within bounds that the
// remedy names.

import Primitives

extension ValueKind<TimeSpan> {
  /// A duration within bounds; if `whole`, without fractions of a second.
  static func duration(_ range: ClosedRange<TimeSpan>, whole: Bool = false) -> ValueKind {
    let show: @Sendable (TimeSpan) -> String = { span in
      Quantity.duration.text(for: Int(span.nanoseconds))
    }
    let bounds = "write \(show(range.lowerBound)) to \(show(range.upperBound))"
    return ValueKind(
      placeholder: "DURATION",
      read: { text throws(ValueFault) in
        guard let nanoseconds = Quantity.duration.count(in: text) else {
          throw ValueFault(
            "not a duration; write a number with ms, s, m, h or d, such as 10s")
        }
        let span = TimeSpan(nanoseconds: Int64(nanoseconds))
        guard range.contains(span) else { throw ValueFault("out of range; \(bounds)") }
        guard !whole || nanoseconds % 1_000_000_000 == 0 else {
          throw ValueFault("not whole seconds; \(bounds)")
        }
        return span
      }, show: show)
  }
}

extension ValueKind<TimeSpan?> {
  /// Whole seconds within bounds, or `none`.
  static func durationOrNone(_ range: ClosedRange<TimeSpan>) -> ValueKind {
    let some = ValueKind<TimeSpan>.duration(range, whole: true)
    let (read, show) = (some.read, some.show)
    return ValueKind(
      placeholder: "DURATION",
      read: { text throws(ValueFault) in text == "none" ? nil : try read(text) },
      show: { $0.map(show) ?? "none" })
  }
}

extension ValueKind<Int> {
  /// A number of bytes within bounds.
  static func size(_ range: ClosedRange<Int>) -> ValueKind {
    let notation = Quantity.size
    return ValueKind(
      placeholder: "SIZE",
      read: { text throws(ValueFault) in
        guard let bytes = notation.count(in: text) else {
          throw ValueFault(
            "not a size; write bytes, or a number with KiB, MiB or GiB, such as 1MiB")
        }
        guard range.contains(bytes) else {
          let (lower, upper) = (range.lowerBound, range.upperBound)
          throw ValueFault(
            "out of range; write \(notation.text(for: lower)) to \(notation.text(for: upper))")
        }
        return bytes
      }, show: { notation.text(for: $0) })
  }

  /// A whole number within bounds.
  static func count(_ range: ClosedRange<Int>) -> ValueKind {
    ValueKind(
      placeholder: "N",
      read: { text throws(ValueFault) in
        guard let count = Int(text) else {
          throw ValueFault(
            "not a whole number; write \(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(count) else {
          throw ValueFault("out of range; write \(range.lowerBound) to \(range.upperBound)")
        }
        return count
      }, show: { "\($0)" })
  }
}
