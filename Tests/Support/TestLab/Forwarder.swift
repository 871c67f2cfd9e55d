// An address behind which servers change: what a virtual address, a proxy or a name is to a gateway.
// Each connection is carried by two threads until one of its ends closes.

import Foundation
import Glibc
import Synchronization

/// A port of 127.0.0.1 whose connections are carried to another one.
public final class Forwarder: Sendable {
  /// The port that it listens on.
  public let port: Int
  private let listener: Int32
  private let target: Target

  /// Carries connections to the port `target`.
  public init(to target: Int) throws {
    port = try FreePorts.one()
    self.target = Target(target)
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let listener = listener
    var on: Int32 = 1
    unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    guard unsafe withLoopback(port, { unsafe bind(listener, $0, $1) }) == 0,
      listen(listener, 64) == 0
    else { throw LabFault("nothing can listen on \(port): \(Wire.reason(errno))") }
    let whither = self.target
    Thread { Self.accept(on: listener, whither) }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Carries connections to the port `target` from now on; those there are stay where they are.
  public func turn(to target: Int) { self.target.port.withLock { $0 = target } }

  private static func accept(on listener: Int32, _ target: Target) {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      if client < 0 && errno == EINTR { continue }
      guard client >= 0 else { return }
      let port = target.port.withLock { $0 }
      let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard unsafe withLoopback(port, { unsafe connect(server, $0, $1) }) == 0 else {
        close(server)
        close(client)
        continue
      }
      let open = Ends(client, server)
      Thread { Self.carry(from: client, to: server, open) }.start()
      Thread { Self.carry(from: server, to: client, open) }.start()
    }
  }

  private static func carry(from source: Int32, to sink: Int32, _ ends: Ends) {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe recv(source, &bytes, bytes.count, 0)
      if count <= 0 { break }
      var sent = 0
      while sent < count {
        let more = unsafe bytes.withUnsafeBytes {
          unsafe send(sink, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
        }
        if more <= 0 { return ends.leave() }
        sent += more
      }
    }
    ends.leave()
  }
}

/// Where connections go.
private final class Target: Sendable {
  let port: Mutex<Int>

  init(_ port: Int) { self.port = Mutex(port) }
}

/// The two sockets of a carried connection, closed by the second thread that leaves.
private final class Ends: Sendable {
  private let sockets: (Int32, Int32)
  private let threads = Mutex(2)

  init(_ first: Int32, _ second: Int32) { sockets = (first, second) }

  func leave() {
    shutdown(sockets.0, Int32(SHUT_RDWR))
    shutdown(sockets.1, Int32(SHUT_RDWR))
    let isLast = threads.withLock { threads in
      threads -= 1
      return threads == 0
    }
    guard isLast else { return }
    close(sockets.0)
    close(sockets.1)
  }
}
