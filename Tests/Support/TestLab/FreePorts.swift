// TCP ports for the lab's servers. They are taken from 10000 to 19999, where no outgoing
// connection of the machine gets its port from (the kernel takes those from 32768 on), and where
// a cluster node's bus, 10000 above, meets neither one of these nor another server. A port is found
// by binding it, and given out once per run. Two runs at a time start looking at random places; a
// clash would still show as a server that does not start.
//
// Rejected: asking the kernel for any free port. It is free only until the next outgoing
// connection, and its bus port may be out of range.

import Glibc
import Synchronization

/// Ports of 127.0.0.1 that nothing listens on.
public enum FreePorts {
  private static let range = 10_000..<20_000
  private static let given = Mutex<Set<Int>>([])

  /// A free port.
  public static func one() throws -> Int { try run(of: 1)[0] }

  /// `count` free ports in a row whose bus ports, each 10000 higher, are free too.
  public static func run(of count: Int) throws -> [Int] {
    let first = Int.random(in: range)
    for offset in 0..<range.count {
      let start = range.lowerBound + (first - range.lowerBound + offset) % range.count
      if let ports = take(start..<(start + count)) { return ports }
    }
    throw LabFault(
      "no \(count) free ports in a row between \(range.lowerBound) and \(range.upperBound)")
  }

  private static func take(_ ports: Range<Int>) -> [Int]? {
    guard ports.upperBound <= range.upperBound else { return nil }
    return given.withLock { given in
      let free = ports.allSatisfy { !given.contains($0) && isFree($0) && isFree($0 + 10_000) }
      guard free else { return nil }
      given.formUnion(ports)
      return Array(ports)
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return unsafe withLoopback(port) { unsafe bind(descriptor, $0, $1) } == 0
  }
}
