// Something that listens where a Redis node should be and is none: what no real server can be made
// to do.

import Glibc
import Reactor
import Synchronization
import TestLab

/// A listener of the lab that does one thing to each connection.
final class FakeNode: Sendable {
  /// What it does to who connects.
  enum Manner: Sendable {
    /// Accepts and says nothing.
    case silence
    /// Reads what comes, then resets the connection.
    case reset
    /// Reads what comes, then closes.
    case close
    /// Reads what comes, then answers with this, and closes.
    case say([UInt8])
  }

  private let listener: Int32
  private let held = Held()

  /// The connections of a silent one, open as long as it is there.
  private final class Held: Sendable {
    let sockets = Mutex<[Int32]>([])
  }

  init(port: Int, _ manner: Manner) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let listener = listener
    let failed = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe bind(
        listener, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!,
        socklen_t(bytes.count))
    }
    guard failed == 0, listen(listener, 64) == 0 else {
      throw LabFault("nothing can listen on \(port)")
    }
    let held = held
    let thread = try NamedThread.start(name: "fake-node") {
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        if case .silence = manner { held.sockets.withLock { $0.append(client) } }
        Self.treat(client, manner)
      }
    }
    thread.abandon()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
    for client in held.sockets.withLock({ $0 }) { Glibc.close(client) }
  }

  private static func treat(_ client: Int32, _ manner: Manner) {
    if case .silence = manner { return }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    _ = unsafe recv(client, &bytes, bytes.count, 0)
    switch manner {
    case .silence, .close: break
    case .reset:
      var now = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(
        client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    case .say(let answer):
      _ = unsafe send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
    }
    Glibc.close(client)
  }
}
