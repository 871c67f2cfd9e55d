// A connected stream socket of a test: blocking for the caller, each wait bounded by poll. What
// RawHTTP and RedisConnection speak over.

import Glibc
import Synchronization

/// Calls `body` with the socket address 127.0.0.1:`port`.
func withLoopback<R>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  return unsafe withUnsafeBytes(of: &address) { bytes in
    unsafe body(
      bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(bytes.count))
  }
}

final class Wire: Sendable {
  enum Received: Sendable {
    case bytes([UInt8])
    /// The peer ended its side in good order.
    case closed
    /// The peer dropped the connection.
    case reset
  }

  // -1 once closed.
  private let descriptor: Mutex<Int32>

  /// Connects to 127.0.0.1:`port`.
  convenience init(port: Int) throws {
    self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    var on: Int32 = 1
    unsafe setsockopt(socketNumber, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    guard unsafe withLoopback(port, { unsafe connect(socketNumber, $0, $1) }) == 0 else {
      throw LabFault("no connection to 127.0.0.1:\(port): \(Self.reason(errno))")
    }
  }

  /// Connects to the local socket at `path`.
  convenience init(path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    precondition(path.utf8.count < room, "a local socket's path holds \(room - 1) bytes")
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    self.init(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    let failed = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe connect(
        socketNumber, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!,
        socklen_t(bytes.count))
    }
    guard failed == 0 else {
      throw LabFault("no connection to \(path): \(Self.reason(errno))")
    }
  }

  private init(_ descriptor: Int32) {
    precondition(descriptor >= 0, "the test run is out of descriptors")
    self.descriptor = Mutex(descriptor)
  }

  deinit { close() }

  private var socketNumber: Int32 { descriptor.withLock { $0 } }

  /// The sentence of an error number.
  static func reason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }

  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], within limit: Duration) throws {
    var sent = 0
    while sent < bytes.count {
      try wait(for: POLLOUT, within: limit)
      let count = unsafe bytes.withUnsafeBytes { all in
        unsafe Glibc.send(
          socketNumber, all.baseAddress! + sent, all.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0, errno != EAGAIN, errno != EINTR {
        throw LabFault("sending failed after \(sent) bytes: \(Self.reason(errno))")
      }
      sent += max(count, 0)
    }
  }

  /// Receives what comes next, at most 64 KiB of it.
  func receive(within limit: Duration) throws -> Received {
    try wait(for: POLLIN, within: limit)
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe recv(socketNumber, $0.baseAddress!, $0.count, 0)
    }
    if count == 0 { return .closed }
    guard count > 0 else {
      if errno == ECONNRESET { return .reset }
      throw LabFault("receiving failed: \(Self.reason(errno))")
    }
    return .bytes(Array(bytes[..<count]))
  }

  /// Whether nothing, not even an end, arrives for `duration`.
  func isSilent(for duration: Duration) throws -> Bool {
    try !isReady(POLLIN, within: duration)
  }

  private func wait(for events: Int32, within limit: Duration) throws {
    guard try isReady(events, within: limit) else {
      throw LabFault("the peer neither sent nor took anything for \(limit)")
    }
  }

  private func isReady(_ events: Int32, within limit: Duration) throws -> Bool {
    let (seconds, fraction) = limit.components
    let milliseconds = Int32(seconds * 1_000 + fraction / 1_000_000_000_000_000)
    var interest = pollfd(fd: socketNumber, events: Int16(events), revents: 0)
    while true {
      let ready = unsafe poll(&interest, 1, milliseconds)
      if ready >= 0 { return ready > 0 }
      if errno != EINTR { throw LabFault("polling failed: \(Self.reason(errno))") }
    }
  }

  /// Ends the sending side; the peer reads an end of stream.
  func finish() { _ = shutdown(socketNumber, Int32(SHUT_WR)) }

  /// Closes the socket.
  func close() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 { Glibc.close(descriptor) }
      descriptor = -1
    }
  }

  /// Drops the connection: the peer gets a reset.
  func abort() {
    var now = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(
      socketNumber, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}
