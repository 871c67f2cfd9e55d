import Primitives
import Reactor
import Synchronization
import Testing

@Suite struct BlockingConnectionTests {
  /// For what must happen; half a minute is for ever.
  private static var later: Instant { .now() + .seconds(30) }
  /// For what must not happen.
  private static var soon: Instant { .now() + .milliseconds(20) }

  @Test func nobodyListens() throws {
    let holder = try HeldPort()
    #expect(throws: TransportFault.refused) {
      _ = try BlockingConnection.connect(
        to: holder.address, host: "node.test", context: nil, until: Self.later)
    }
  }

  /// The kernel drops connections for which the listener's queue has no room.
  @Test func nobodyAccepts() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 0)
    let first = try Self.connect(to: listener)
    try waitFor(listener.fd)
    #expect(throws: TransportFault.timedOut) {
      _ = try BlockingConnection.connect(
        to: listener.address, host: "node.test", context: nil, until: Self.soon)
    }
    _ = consume first
  }

  /// The kernel establishes the connection; nobody reads it.
  @Test func aSilentPeer() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var connection = try Self.connect(to: listener)
    try connection.handshake(until: Self.soon)
    try connection.send([1], until: Self.later)
    #expect(throws: TransportFault.timedOut) { _ = try connection.receive(until: Self.soon) }
  }

  @Test func aHandshakeThatHangs() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    let context: TLSContext? = try Contexts.client()
    var connection = try BlockingConnection.connect(
      to: listener.address, host: "node.test", context: context, until: Self.later)
    #expect(throws: TransportFault.timedOut) { try connection.handshake(until: Self.soon) }
  }

  /// Its end is behind the beginning of a record, which by itself says nothing.
  @Test func aPeerThatVanishesInTheHandshake() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    let context: TLSContext? = try Contexts.client()
    var connection = try BlockingConnection.connect(
      to: listener.address, host: "node.test", context: context, until: Self.later)
    let peer = try Self.accept(listener)
    #expect(peer.send([22, 3, 3, 0, 100, 2]) == .moved(6))
    peer.shutdownWriting()
    #expect(throws: TransportFault.closed) { try connection.handshake(until: Self.later) }
  }

  @Test func aPeerThatReadsNothing() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var connection = try Self.connect(to: listener)
    let bytes = [UInt8](repeating: 7, count: 64 << 20)
    #expect(throws: TransportFault.timedOut) { try connection.send(bytes, until: Self.soon) }
  }

  @Test func piecesAreReadAsTheyCome() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var connection = try Self.connect(to: listener)
    let peer = try Self.accept(listener)
    for piece: [UInt8] in [[1, 2], [3]] {
      #expect(peer.send(piece) == .moved(piece.count))
      #expect(try connection.receive(until: Self.later) == piece)
    }
    #expect(peer.send([4, 5]) == .moved(2))
    peer.shutdownWriting()
    #expect(try connection.receive(1, until: Self.later) == [4])
    #expect(try connection.receive(1, until: Self.later) == [5])
    #expect(throws: TransportFault.closed) { _ = try connection.receive(until: Self.later) }
  }

  /// The answer takes several records, each larger than the room, with the end right behind them.
  @Test func throughTLS() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    let (address, outcome) = (listener.address, Outcome())
    let client = try NamedThread.start(name: "client") { outcome.ask(address, until: Self.later) }
    let identity = try Contexts.server()
    var server = Transport(server: try Self.accept(listener), context: identity)
    var handshake = server.handshake()
    while handshake == .wantsRead {
      try waitFor(server.fd)
      handshake = server.handshake()
    }
    #expect(handshake == .done)
    var asked = server.receive()
    while asked.1 == .wouldBlock {
      try waitFor(server.fd)
      asked = server.receive()
    }
    #expect(asked.0 == [9])
    let answer = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    #expect(server.send(answer) == .moved(answer.count))
    while server.flush() == .wouldBlock { try waitFor(server.fd, writable: true) }
    server.close()
    client.join()
    #expect(outcome.received == answer)
    #expect(outcome.end == "TLSv1.3 /CN=server: the peer closed the connection early")
  }

  private static func connect(to listener: borrowing Listener) throws -> BlockingConnection {
    try .connect(to: listener.address, host: "node.test", context: nil, until: later)
  }

  private static func accept(_ listener: borrowing Listener) throws -> Socket {
    try waitFor(listener.fd)
    guard case .connection(let socket) = listener.accept() else { throw Missing.connection }
    return socket
  }
}

/// What a client on a thread of its own has seen.
private final class Outcome: Sendable {
  private let state = Mutex((received: [UInt8](), end: ""))

  var received: [UInt8] { state.withLock { $0.received } }
  var end: String { state.withLock { $0.end } }

  func ask(_ address: Address, until deadline: Instant) {
    do {
      let context: TLSContext? = try Contexts.client()
      var connection = try BlockingConnection.connect(
        to: address, host: "node.test", context: context, until: deadline)
      try connection.handshake(until: deadline)
      let version = connection.protocolVersion ?? "none"
      let subject = connection.peerCertificate?.subject ?? "none"
      state.withLock { $0.end = "\(version) \(subject)" }
      try connection.send([9], until: deadline)
      while true {
        let piece = try connection.receive(1_000, until: deadline)
        state.withLock { $0.received += piece }
      }
    } catch {
      state.withLock { $0.end += ": \(error)" }
    }
  }
}

extension BlockingConnection {
  fileprivate mutating func send(
    _ bytes: [UInt8], until deadline: Instant
  ) throws(TransportFault) {
    try unsafe send(bytes.span.bytes, until: deadline)
  }

  fileprivate mutating func receive(
    _ limit: Int = 65_536, until deadline: Instant
  ) throws(TransportFault) -> [UInt8] {
    var buffer = ByteBuffer(capacity: limit)
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.writable[..<limit])
    buffer.commit(try unsafe read(into: ReadRoom(room), until: deadline))
    return unsafe buffer.bytes.withUnsafeBytes { unsafe Array($0) }
  }
}
