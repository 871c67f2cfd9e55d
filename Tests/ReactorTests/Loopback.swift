// What the suites share: connections on loopback, and loops that drive two ends from one thread.

import Glibc
import Primitives
import Reactor
import Testing

/// Both ends of a TCP connection on loopback.
struct Loopback: ~Copyable {
  var near: Socket?
  var far: Socket?

  init(host: String = "127.0.0.1", buffers: Int32? = nil) throws {
    let listener = try Listener(host: host, port: 0, backlog: 8)
    let near = try Socket.connect(to: listener.address)
    if let buffers { near.setBuffers(send: buffers, receive: buffers) }
    try waitFor(listener.fd)
    guard case .connection(let far) = listener.accept() else { throw Missing.connection }
    if let buffers { far.setBuffers(send: buffers, receive: buffers) }
    try waitFor(near.fd, writable: true)
    #expect(near.connectResult() == .connected)
    self.near = consume near
    self.far = consume far
  }
}

/// A port of 127.0.0.1 that is bound, so that no other test gets it, and not listened on. Who allows
/// it (SO_REUSEADDR) may bind to a `reusable` one too.
struct HeldPort: ~Copyable {
  let address: Address
  private let descriptor: Int32

  init(reusable: Bool = false) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var isReusable: Int32 = reusable ? 1 : 0
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReusable, 4)
    address = Address(literal: "127.0.0.1", port: try Self.bind(descriptor))!
  }

  deinit { close(descriptor) }

  /// Binds a socket to a port that the kernel chooses.
  private static func bind(_ descriptor: Int32) throws -> UInt16 {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = unsafe withUnsafeMutableBytes(of: &name) { bytes in
      let address = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return unsafe Glibc.bind(descriptor, address, length) != 0
        || getsockname(descriptor, address, &length) != 0
    }
    if failed { throw Missing.connection }
    return UInt16(bigEndian: name.sin_port)
  }
}

enum Missing: Error { case connection, event }

/// Blocks until the descriptor is ready; half a minute is for ever.
func waitFor(_ fd: Int32, writable: Bool = false) throws {
  var watched = pollfd(fd: fd, events: Int16(writable ? POLLOUT : POLLIN), revents: 0)
  if unsafe poll(&watched, 1, 30_000) != 1 { throw Missing.event }
}

extension Socket {
  /// Sets how much the kernel buffers in each direction, in bytes.
  func setBuffers(send: Int32, receive: Int32) {
    for (option, size) in [(SO_SNDBUF, send), (SO_RCVBUF, receive)] {
      var size = size
      unsafe setsockopt(fd, SOL_SOCKET, option, &size, 4)
    }
  }

  /// Makes closing a reset instead of an orderly end.
  func setResetOnClose() {
    var now = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  func send(_ bytes: [UInt8]) -> Transfer { unsafe write(bytes.span.bytes) }

  func receive(_ limit: Int = 65_536) -> ([UInt8], Transfer) {
    var bytes = [UInt8](repeating: 0, count: limit)
    let result = unsafe bytes.withUnsafeMutableBytes { read(into: $0) }
    guard case .moved(let count) = result else { return ([], result) }
    return (Array(bytes[..<count]), result)
  }
}

extension Transport {
  mutating func send(_ bytes: [UInt8]) -> Transfer { unsafe write(bytes.span.bytes) }

  mutating func receive(_ limit: Int = 65_536) -> ([UInt8], Transfer) {
    var bytes = [UInt8](repeating: 0, count: limit)
    let result = unsafe bytes.withUnsafeMutableBytes { read(into: $0) }
    guard case .moved(let count) = result else { return ([], result) }
    return (Array(bytes[..<count]), result)
  }
}
