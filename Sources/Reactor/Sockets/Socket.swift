// The descriptor of one TCP connection: nonblocking, closed with its owner. In: bytes to send,
// memory to receive into. Out: the number of bytes moved, or why none were.

import CLinux
import Glibc
public import Primitives

/// How an idle connection is probed (tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT).
public struct KeepAlive: Equatable, Sendable {
  /// Seconds of silence before the first probe.
  public var idle: Int
  /// Seconds between probes.
  public var interval: Int
  /// Unanswered probes after which the connection is dead.
  public var count: Int

  /// Probes after `idle` seconds of silence, every `interval` seconds, up to `count` times.
  public init(idle: Int, interval: Int, count: Int) {
    self.idle = idle
    self.interval = interval
    self.count = count
  }
}

/// The state of a connection attempt.
public enum ConnectResult: Equatable, Sendable {
  case connected
  /// Wait until the socket is writable, then ask again.
  case pending
  case failed(TransportFault)
}

/// A nonblocking stream socket.
public struct Socket: ~Copyable {
  /// The descriptor, for the poller. It stays the socket's.
  public let fd: Int32

  init(owning fd: Int32) { self.fd = fd }

  deinit { Glibc.close(fd) }

  /// Starts connecting to `address`. Throws faults that are known at once; `connectResult` returns
  /// the outcome when the socket becomes writable.
  public static func connect(to address: Address) throws(TransportFault) -> Socket {
    let fd = linux_socket(address.family)
    if fd < 0 { throw .system(errno) }
    let socket = Socket(owning: fd)
    socket.setNoDelay()
    let failed = unsafe address.withSocketAddress { unsafe Glibc.connect(fd, $0, $1) } != 0
    // An interrupted connect continues in the background, like one in progress.
    if failed, errno != EINPROGRESS, errno != EINTR {
      let error = errno
      mustNotBeOurs(error)
      throw TransportFault(errno: error)
    }
    return socket
  }

  /// Two sockets connected to each other inside the machine (socketpair(2)), for tests.
  public static func pair() throws(SystemFault) -> SocketPair {
    var fds: [Int32] = [0, 0]
    if unsafe linux_socketpair(&fds) != 0 { throw SystemFault("socketpair", errno: errno) }
    return SocketPair(Socket(owning: fds[0]), Socket(owning: fds[1]))
  }

  /// The state of the connection attempt (SO_ERROR, which reading clears).
  public func connectResult() -> ConnectResult {
    let error = option(SOL_SOCKET, SO_ERROR)
    if error != 0 { return .failed(TransportFault(errno: error)) }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let connected = unsafe withSockaddr(&storage) { unsafe getpeername(fd, $0, &length) } == 0
    if connected { return .connected }
    mustNotBeOurs(errno)
    return .pending
  }

  /// Receives up to `memory.count` bytes, which must not be 0.
  @safe
  public func read(into memory: UnsafeMutableRawBufferPointer) -> Transfer {
    precondition(memory.count > 0, "reading into nothing looks like the peer's end")
    while true {
      let count = unsafe recv(fd, memory.baseAddress!, memory.count, 0)
      if count > 0 { return .moved(count) }
      if count == 0 { return .closed }
      if errno != EINTR { return Self.outcome(of: errno) }
    }
  }

  /// Receives into both parts of a room in one call (readv(2)).
  public func read(into room: ReadRoom) -> Transfer {
    if unsafe room.second.isEmpty { return unsafe read(into: room.first) }
    var pieces = unsafe (iovec(room.first), iovec(room.second))
    while true {
      let count = unsafe withUnsafeBytes(of: &pieces) {
        unsafe readv(fd, $0.baseAddress!.assumingMemoryBound(to: iovec.self), 2)
      }
      if count > 0 { return .moved(count) }
      if count == 0 { return .closed }
      if errno != EINTR { return Self.outcome(of: errno) }
    }
  }

  /// Sends as much as the kernel has room for. A vanished peer yields `.closed`, never a signal.
  public func write(_ bytes: RawSpan) -> Transfer {
    unsafe bytes.withUnsafeBytes { Self.send($0, on: fd) }
  }

  @safe
  static func send(_ bytes: UnsafeRawBufferPointer, on fd: Int32) -> Transfer {
    guard let first = bytes.baseAddress, bytes.count > 0 else { return .moved(0) }
    while true {
      let count = unsafe Glibc.send(fd, first, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .moved(count) }
      if errno != EINTR { return outcome(of: errno) }
    }
  }

  /// Tells the peer that no more bytes follow; reading goes on.
  public func shutdownWriting() { _ = shutdown(fd, Int32(SHUT_WR)) }

  /// Sends small writes at once (TCP_NODELAY). A connected or accepted socket has it already.
  public func setNoDelay() { setOption(Int32(IPPROTO_TCP), LINUX_TCP_NODELAY, 1) }

  /// Probes a silent peer.
  public func setKeepAlive(_ keepAlive: KeepAlive) {
    setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
    setOption(Int32(IPPROTO_TCP), LINUX_TCP_KEEPIDLE, Int32(clamping: keepAlive.idle))
    setOption(Int32(IPPROTO_TCP), LINUX_TCP_KEEPINTVL, Int32(clamping: keepAlive.interval))
    setOption(Int32(IPPROTO_TCP), LINUX_TCP_KEEPCNT, Int32(clamping: keepAlive.count))
  }

  /// Gives up the connection when sent bytes stay unacknowledged for `span` (TCP_USER_TIMEOUT).
  public func setUserTimeout(_ span: TimeSpan) {
    setOption(
      Int32(IPPROTO_TCP), LINUX_TCP_USER_TIMEOUT, Int32(clamping: span.millisecondsRoundedUp))
  }

  /// The address that this end is bound to. Nil when it is not an IP address.
  public var localAddress: Address? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let fd = self.fd
    return unsafe withSockaddr(&storage) { address in
      unsafe getsockname(fd, address, &length) == 0 ? Address(address) : nil
    }
  }

  func option(_ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    if unsafe getsockopt(fd, level, name, &value, &length) != 0 { mustNotBeOurs(errno) }
    return value
  }

  /// Sets an option. Failure is ignored: a socket that is not TCP lacks some options, and one whose
  /// peer is gone may refuse them.
  func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func outcome(of error: Int32) -> Transfer {
    if error == EAGAIN || error == EWOULDBLOCK { return .wouldBlock }
    if error == EPIPE { return .closed }
    mustNotBeOurs(error)
    return .failed(TransportFault(errno: error))
  }
}

extension iovec {
  fileprivate init(_ memory: UnsafeMutableRawBufferPointer) {
    unsafe self.init(iov_base: memory.baseAddress, iov_len: memory.count)
  }
}

/// Both ends of a connection inside the process.
public struct SocketPair: ~Copyable {
  private var first: Socket?
  private var second: Socket?

  init(_ first: consuming Socket, _ second: consuming Socket) {
    self.first = consume first
    self.second = consume second
  }

  /// Takes the first end, once.
  public mutating func takeFirst() -> Socket { first.take()! }

  /// Takes the second end, once.
  public mutating func takeSecond() -> Socket { second.take()! }
}

/// Calls `body` with the storage as the type that system calls take.
func withSockaddr<Result>(
  _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
  unsafe withUnsafeMutableBytes(of: &storage) {
    unsafe body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self))
  }
}
