// Standard error, written by one thread for all others. The others leave their lines in lanes, so
// that a slow disk or terminal, or a pipe that is not read, stalls none of them, and lines do not
// mix. Lines that do not fit into a full lane are dropped and counted. Buffers are reused, so
// leaving a line allocates nothing.

import Primitives
import Reactor
import Synchronization

/// Where all lines of the process go.
final class LogOutput: Sendable {
  /// Lines about events, from any thread.
  let events: LogLane
  /// Lines about requests, a lane for each worker; none unless the access log is on.
  let access: [AccessLane]
  private let bell: Bell
  private let isEnding = Atomic(false)
  private let thread = Mutex<NamedThread?>(nil)

  /// An output with `accessLanes` lanes for lines about requests. Nothing is written until it is
  /// started.
  init(accessLanes: Int, isJSON: Bool) throws(SystemFault) {
    let bell = try Bell()
    self.bell = bell
    events = LogLane(bell)
    access = (0..<accessLanes).map { _ in AccessLane(LogLane(bell), isJSON ? .json : .plain) }
  }

  /// Starts the writer.
  func start() throws(SystemFault) {
    try thread.withLock { (thread) throws(SystemFault) in
      thread = try NamedThread.start(name: "log") { [self] in writeLines() }
    }
  }

  /// Lets the writer finish what is left, for at most two seconds: it may be a pipe that is not
  /// read.
  func end() {
    isEnding.store(true, ordering: .releasing)
    bell.ring()
    guard let thread = thread.withLock({ $0.take() }) else { return }
    thread.join(within: .seconds(2))
  }

  /// The lane of a worker's lines about requests; nil if the access log is off.
  func access(of worker: Int) -> AccessLane? { access.isEmpty ? nil : access[worker] }

  /// The lines about requests that were dropped because their lane was full or writing failed.
  var droppedAccess: Int { access.reduce(0) { $0 + $1.lane.dropped.load(ordering: .relaxed) } }

  /// The same for lines about events.
  var droppedEvents: Int { events.dropped.load(ordering: .relaxed) }

  private func writeLines() {
    var lines: [UInt8] = []
    lines.reserveCapacity(LogLane.limit)
    var writer = LineWriter(to: 2)
    while true {
      let isLast = isEnding.load(ordering: .acquiring)
      write(events, &lines, &writer)
      for place in 0..<access.count {
        write(access[place].lane, &lines, &writer)
        // They are few, and must not wait for everything that a slow reader has left to be written.
        write(events, &lines, &writer)
      }
      if isLast { return }
      bell.wait()
    }
  }

  private func write(_ lane: LogLane, _ lines: inout [UInt8], _ writer: inout LineWriter) {
    lane.exchange(&lines)
    lane.dropped.wrappingAdd(writer.write(lines), ordering: .relaxed)
    lines.removeAll(keepingCapacity: true)
  }
}
