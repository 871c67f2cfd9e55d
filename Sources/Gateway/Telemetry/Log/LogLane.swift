import Primitives
import Reactor
import Synchronization

/// Where lines wait to be written.
final class LogLane: Sendable {
  /// The most bytes of lines that wait.
  static let limit = 256 << 10

  /// The lines that found no room here, or that could not be written.
  let dropped = Atomic(0)
  private let bell: Bell
  private let waiting = Mutex<[UInt8]>([])

  init(_ bell: Bell) {
    self.bell = bell
    waiting.withLock { $0.reserveCapacity(Self.limit) }
  }

  /// Leaves `count` lines: all or none.
  func leave(_ lines: RawSpan, count: Int) {
    let isFirst = unsafe lines.withUnsafeBytes { bytes in
      waiting.withLock { waiting -> Bool in
        guard waiting.count + bytes.count <= Self.limit else {
          dropped.wrappingAdd(count, ordering: .relaxed)
          return false
        }
        defer { unsafe waiting.append(contentsOf: bytes) }
        return waiting.isEmpty
      }
    }
    if isFirst { bell.ring() }
  }

  /// Takes all lines, and leaves the storage of `empty` for the next ones.
  func exchange(_ empty: inout [UInt8]) {
    waiting.withLock { swap(&$0, &empty) }
  }
}
