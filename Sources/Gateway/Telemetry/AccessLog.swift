// `--access-log`: one line a request, to standard error, written by a thread of its own, so that a
// slow disk or terminal stalls nobody. A worker keeps the lines of a tick and leaves them in its lane at
// the tick's end, or sooner where they are many; only the writer takes them from there; what a full lane has no room for is dropped and
// counted. Lines name routes, never ids. Buffers are reused, so that a line allocates nothing.

import Primitives
import Reactor
import Synchronization

/// The lanes of all workers and the thread that empties them.
final class AccessLog: Sendable {
  let lanes: [AccessLane]
  private let bell: Wake
  private let isStopping = Atomic(false)

  init(workers: Int, isJSON: Bool) throws(SystemFault) {
    let bell = try Wake()
    self.bell = bell
    lanes = (0..<workers).map { _ in AccessLane(isJSON ? .json : .plain, bell: bell) }
  }

  /// Starts the writer.
  func start() throws(SystemFault) -> WorkerThread {
    try WorkerThread.start(name: "access-log") { [self] in writeLines() }
  }

  /// Lets the writer write what is left and end.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    bell.signal()
  }

  /// How many lines were dropped because their lane was full, or what they are written to.
  var dropped: Int { lanes.reduce(0) { $0 + $1.dropped.load(ordering: .relaxed) } }

  private func writeLines() {
    var lines: [UInt8] = []
    lines.reserveCapacity(AccessLane.limit)
    var writer = LineWriter(to: 2)
    while true {
      let isLast = isStopping.load(ordering: .acquiring)
      for place in 0..<lanes.count {
        lanes[place].exchange(&lines)
        lanes[place].dropped.wrappingAdd(writer.write(lines), ordering: .relaxed)
        lines.removeAll(keepingCapacity: true)
      }
      if isLast { return }
      bell.wait()
    }
  }
}

/// Where one worker leaves its lines.
final class AccessLane: Sendable {
  /// How many bytes of lines wait at most. A tick leaves them at its end, and an eighth of that at once.
  static let limit = 256 << 10

  /// How many lines found no room, here or where they are written.
  let dropped = Atomic(0)
  fileprivate let format: AccessLine.Format
  private let bell: Wake
  private let waiting = Mutex<[UInt8]>([])

  fileprivate init(_ format: AccessLine.Format, bell: Wake) {
    self.format = format
    self.bell = bell
    waiting.withLock { $0.reserveCapacity(Self.limit) }
  }

  /// Leaves `count` lines, all or none.
  fileprivate func leave(_ lines: borrowing ByteBuffer, count: Int) {
    let isFirst = unsafe lines.bytes.withUnsafeBytes { bytes in
      waiting.withLock { waiting -> Bool in
        guard waiting.count + bytes.count <= Self.limit else {
          dropped.wrappingAdd(count, ordering: .relaxed)
          return false
        }
        defer { unsafe waiting.append(contentsOf: bytes) }
        return waiting.isEmpty
      }
    }
    if isFirst { bell.signal() }
  }

  /// Takes all lines, and leaves the storage of `empty` for those to come.
  func exchange(_ empty: inout [UInt8]) {
    waiting.withLock { swap(&$0, &empty) }
  }
}

/// The lines of one worker's tick.
struct AccessLines: ~Copyable {
  private let lane: AccessLane
  private var lines = ByteBuffer()
  private var count = 0
  private var clock = LineClock()

  init(_ lane: AccessLane) { self.lane = lane }

  /// Keeps a line about an answered request.
  mutating func add(_ line: AccessLine, at time: UnixTime) {
    line.append(to: &lines, lane.format, at: time, &clock)
    count += 1
    // Thousands may be answered in one tick.
    if lines.count >= AccessLane.limit / 8 { leave() }
  }

  /// Leaves the tick's lines in the lane.
  mutating func leave() {
    guard count > 0 else { return }
    lane.leave(lines, count: count)
    lines.clear()
    count = 0
  }
}
