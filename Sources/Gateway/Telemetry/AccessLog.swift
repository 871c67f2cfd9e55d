// `--access-log`: one line a request, to standard error, written by a thread of its own, so that a
// slow disk or terminal stalls nobody. Each worker has a lane that only the writer ever takes a look
// into; a lane that is full drops lines and counts them. Lines name routes, never ids.

import Glibc
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
    lanes = (0..<workers).map { AccessLane(worker: $0, isJSON: isJSON, bell: bell) }
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

  /// How many lines were dropped because their lane was full.
  var dropped: Int { lanes.reduce(0) { $0 + $1.dropped.load(ordering: .relaxed) } }

  private func writeLines() {
    while true {
      let isLast = isStopping.load(ordering: .acquiring)
      for lane in lanes { Self.write(lane.takeAll()) }
      if isLast { return }
      bell.wait()
    }
  }

  private static func write(_ lines: [UInt8]) {
    var place = 0
    while place < lines.count {
      let written = unsafe lines.withUnsafeBytes {
        unsafe Glibc.write(2, $0.baseAddress! + place, lines.count - place)
      }
      if written < 0, errno != EINTR { return }
      place += max(0, written)
    }
  }
}

/// Where one worker leaves its lines.
final class AccessLane: Sendable {
  /// How many bytes of lines wait at most.
  static let limit = 256 << 10

  /// How many lines found no room.
  let dropped = Atomic(0)
  private let worker: Int
  private let isJSON: Bool
  private let bell: Wake
  private let lines = Mutex<[UInt8]>([])

  init(worker: Int, isJSON: Bool, bell: Wake) {
    self.worker = worker
    self.isJSON = isJSON
    self.bell = bell
  }

  /// Leaves a line about an answered request.
  func tell(_ line: AccessLine, at time: UnixTime) {
    let text = line.text(isJSON: isJSON, worker: worker, time: Timestamp.text(time))
    let isFirst = lines.withLock { lines -> Bool in
      guard lines.count + text.utf8.count <= Self.limit else {
        dropped.wrappingAdd(1, ordering: .relaxed)
        return false
      }
      defer { lines.append(contentsOf: text.utf8) }
      return lines.isEmpty
    }
    if isFirst { bell.signal() }
  }

  /// Takes all lines.
  func takeAll() -> [UInt8] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}
