// What the suites share: connections on loopback, and loops that drive two ends from one thread.

import Glibc
import Primitives
import Reactor
import Testing

/// Both ends of a TCP connection on loopback.
struct Loopback: ~Copyable {
  var near: Socket?
  var far: Socket?
  let peer: Address

  init(host: String = "127.0.0.1", buffers: Int? = nil) throws {
    let listener = try Listener(host: host, port: 0, backlog: 8)
    let near = try Socket.connect(to: listener.address)
    if let buffers { near.setBuffers(send: buffers, receive: buffers) }
    try waitFor(listener.fd)
    guard case .connection(let far, let peer) = listener.accept() else {
      throw Missing.connection
    }
    if let buffers { far.setBuffers(send: buffers, receive: buffers) }
    try waitFor(near.fd, writable: true)
    #expect(near.connectResult() == .connected)
    self.near = consume near
    self.far = consume far
    self.peer = peer
  }
}

enum Missing: Error { case connection, event }

/// Blocks until the descriptor is ready; five seconds are for ever.
func waitFor(_ fd: Int32, writable: Bool = false) throws {
  var watched = pollfd(fd: fd, events: Int16(writable ? POLLOUT : POLLIN), revents: 0)
  if unsafe poll(&watched, 1, 5_000) != 1 { throw Missing.event }
}

extension Socket {
  func send(_ bytes: [UInt8]) -> IOResult { unsafe write(bytes.span.bytes) }

  func receive(_ limit: Int = 65_536) -> ([UInt8], IOResult) {
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

/// Random numbers that a seed repeats (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
