import COpenSSL
import Primitives
import Reactor
import Server
import TestLab
import Testing

/// A client's TLS whose ciphertext the test passes on, as much of it as it likes. It is OpenSSL's own,
/// so that it can be asked for what no Transport does.
@safe
private final class SlowWire {
  private let context: OpaquePointer
  private let ssl: OpaquePointer
  private let own: Socket
  private let near: Socket
  private let far: Socket

  init(to port: UInt16) throws {
    var pair = try Socket.pair()
    own = pair.takeFirst()
    near = pair.takeSecond()
    far = try Socket.connect(to: Address(literal: "127.0.0.1", port: port)!)
    unsafe context = unsafe SSL_CTX_new(TLS_client_method())!
    unsafe ssl = unsafe SSL_new(context)!
    unsafe SSL_set_fd(ssl, own.fd)
    unsafe SSL_set_connect_state(ssl)
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
  }

  /// Goes on with the handshake; whether it is done.
  func shakeHands() -> Bool { unsafe SSL_do_handshake(ssl) == 1 }

  /// Passes on what the server sent, and up to `limit` bytes of what the client sent.
  func pass(atMost limit: Int = 65_536) {
    var bytes = ByteBuffer(capacity: 65_536)
    if limit > 0 {
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes.writable[..<limit])
      if case .moved(let count) = near.read(into: room) {
        bytes.commit(count)
        _ = far.write(bytes.bytes)
      }
    }
    bytes.clear()
    if case .moved(let count) = unsafe far.read(into: bytes.writable) {
      bytes.commit(count)
      _ = near.write(bytes.bytes)
    }
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(unsafe SSL_write(ssl, bytes, Int32(bytes.count)) == bytes.count)
  }

  /// Changes its keys, for which a record is sent that carries nothing.
  func renewKeys() {
    #expect(unsafe SSL_key_update(ssl, 0) == 1 && SSL_do_handshake(ssl) == 1)
  }

  /// How many plain bytes the server has sent.
  func receive() -> Int {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    return max(0, Int(unsafe SSL_read(ssl, &bytes, Int32(bytes.count))))
  }
}

@Suite struct TLSTests {
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  /// A stage for callers with TLS, and one of them.
  private func connected() throws -> (Stage, SlowWire) {
    let authority = try CertificateAuthority()
    let stage = try Stage(identity: try authority.issue("server"))
    let client = try SlowWire(to: stage.callersPort)
    try stage.turn {
      client.pass()
      return client.shakeHands() && stage.server.counters.handshakes == 1
    }
    return (stage, client)
  }

  /// Passes on part of a record, which the server takes.
  private func passPart(of client: SlowWire, to stage: Stage) throws {
    client.pass(atMost: 20)
    let received = stage.server.clientBytes
    try stage.turn { stage.server.clientBytes > received }
  }

  /// Nothing of such a request can be read, but what was received of it takes memory.
  @Test func partOfARecordHasAsLongAsAHead() throws {
    let (stage, client) = try connected()
    client.send(get)
    try passPart(of: client, to: stage)
    stage.now = stage.now + Bounds().head + .seconds(1)
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.told.first == .refused(.tooSlow) && stage.server.counters.headTimeouts == 1)
  }

  /// No event tells of it: it came with the request that was served first.
  @Test func partOfARecordBehindARequestHasAsLongAsAHead() throws {
    let (stage, client) = try connected()
    stage.answersAtOnce = false
    client.send(get)
    client.send(get)
    // A record is 22 bytes longer than its plain text (RFC 8446 §5.2).
    client.pass(atMost: get.utf8.count + 22 + 20)
    try stage.turn { !stage.told.isEmpty }
    stage.answer()
    stage.turn()
    stage.now = stage.now + Bounds().head + .seconds(1)
    try stage.turn { stage.told.count > 1 }
    #expect(stage.told.prefix(2) == [.request(""), .refused(.tooSlow)])
  }

  /// Whether it carries part of a request is known only when all of it has arrived.
  @Test func aRecordWithoutARequestLeavesAnIdleClient() throws {
    let (stage, client) = try connected()
    client.renewKeys()
    try passPart(of: client, to: stage)
    client.pass()
    try stage.turn { stage.server.clientBytes == 0 }
    stage.now = stage.now + Bounds().head + .seconds(1)
    for _ in 0..<5 { stage.turn() }
    #expect(stage.told.isEmpty && stage.server.count == 1)
  }

  /// In plain text the same part of a request would keep the connection.
  @Test func whoHasBegunToAskIsServedBeforeItLeaves() throws {
    let (stage, client) = try connected()
    client.send(get)
    try stage.turn {
      client.pass()
      return client.receive() > 0
    }
    stage.forget()
    client.send(get)
    try passPart(of: client, to: stage)
    stage.close()
    #expect(stage.server.count == 1 && stage.told.isEmpty)
    client.pass()
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.told.first == .request(""))
  }

  @Test(arguments: [false, true]) func whoLeavesAmidItsHandshakeIsCounted(_ resets: Bool) throws {
    let authority = try CertificateAuthority()
    let stage = try Stage(identity: try authority.issue("server"))
    let client = try stage.connect()
    try stage.turn { stage.server.count == 1 }
    if resets { client.abort() } else { client.close() }
    try stage.turn { stage.server.count == 0 }
    #expect(stage.server.counters.handshakeFaults == 1)
  }
}
