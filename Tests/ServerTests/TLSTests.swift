import Primitives
import Reactor
import Server
import TestLab
import Testing

/// A client's TLS whose ciphertext the test passes on, as much of it as it likes.
private final class SlowWire {
  var tls: Transport
  private let near: Socket
  private let far: Socket

  init(to port: UInt16, trusting authority: CertificateAuthority) throws {
    var pair = try Socket.pair()
    let context = try TLSContext.client(TLSClientSettings(authorities: authority.certificate))
    tls = Transport(
      client: pair.takeFirst(), context: context, host: "127.0.0.1", resuming: nil)
    near = pair.takeSecond()
    far = try Socket.connect(to: Address(literal: "127.0.0.1", port: port)!)
  }

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
    _ = unsafe tls.write(bytes.span.bytes)
  }

  /// How many plain bytes the server has sent.
  func receive() -> Int {
    let bytes = ByteBuffer(capacity: 65_536)
    if case .moved(let count) = unsafe tls.read(into: bytes.writable) { return count }
    return 0
  }
}

@Suite struct TLSTests {
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  /// In plain text the same part of a request would keep the connection.
  @Test func whoHasBegunToAskIsServedBeforeItLeaves() throws {
    let authority = try CertificateAuthority()
    let stage = try Stage(identity: try authority.issue("server"))
    let client = try SlowWire(to: stage.callersPort, trusting: authority)
    try stage.turn {
      client.pass()
      return client.tls.handshake() == .done
    }
    client.send(get)
    try stage.turn {
      client.pass()
      return client.receive() > 0
    }
    stage.forget()
    client.send(get)
    client.pass(atMost: 20)
    let received = stage.server.clientBytes
    try stage.turn { stage.server.clientBytes > received }
    stage.close()
    #expect(stage.server.count == 1 && stage.told.isEmpty)
    client.pass()
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.told.first == .request(""))
  }
}
