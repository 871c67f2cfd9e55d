// A peer that, once connected, sends messages of TLS's own: OpenSSL answers each by itself and goes on
// reading while they come. The peer is OpenSSL's own, asked for what no Transport does.

import COpenSSL
import Glibc
import Primitives
import Reactor
import Testing

/// A client of OpenSSL's and a server of ours over a socket pair, connected.
@safe
private struct UnrulyPair: ~Copyable {
  private let context: OpaquePointer
  private let ssl: OpaquePointer
  private let socket: Socket
  var server: Transport

  init() throws {
    let identity = try Contexts.server()
    var sockets = try Socket.pair()
    unsafe context = unsafe SSL_CTX_new(TLS_client_method())!
    unsafe ssl = unsafe SSL_new(context)!
    socket = sockets.takeFirst()
    server = Transport(server: sockets.takeSecond(), context: identity)
    unsafe SSL_set_fd(ssl, socket.fd)
    unsafe SSL_set_connect_state(ssl)
    shake()
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
  }

  private mutating func shake() {
    var far = Handshake.wantsRead
    var near: Int32 = 0
    let end = Instant.now() + .seconds(30)
    while near != 1 || far != .done, Instant.now() < end {
      if near != 1 { near = unsafe SSL_do_handshake(ssl) }
      if far != .done { far = server.handshake() }
    }
    #expect(near == 1 && far == .done)
  }

  /// Sends new keys `count` times, as far as the socket takes them.
  func renewKeys(_ count: Int) {
    for _ in 0..<count {
      guard unsafe SSL_key_update(ssl, 0) == 1, unsafe SSL_do_handshake(ssl) == 1 else { return }
    }
  }

  func send(_ byte: UInt8) {
    var byte = byte
    #expect(unsafe SSL_write(ssl, &byte, 1) == 1)
  }
}

@Suite struct UnrulyPeerTests {
  @Test func someNewKeysAreNothing() throws {
    var pair = try UnrulyPair()
    for byte in UInt8(1)...5 {
      pair.renewKeys(10)
      pair.send(byte)
      #expect(pair.server.receive().0 == [byte])
    }
    #expect(pair.server.receive().1 == .wouldBlock)
    let mayHaveMore = pair.server.mayHaveMore
    #expect(!mayHaveMore)
  }

  @Test func newKeysAndNothingElseEndTheConnection() throws {
    var pair = try UnrulyPair()
    pair.renewKeys(1_000)
    #expect(pair.server.receive().1 == .failed(.tls(.unruly)))
    #expect(pair.server.receive().1 == .failed(.tls(.unruly)))
  }

  @Test func noPlainByteBuysMoreInOneRead() throws {
    var pair = try UnrulyPair()
    for byte in UInt8(0)..<20 {
      pair.renewKeys(5)
      pair.send(byte)
    }
    // What came in front of it is told; then it is over.
    guard case .moved(let count) = pair.server.receive().1 else {
      Issue.record("nothing came")
      return
    }
    #expect(count < 20)
    #expect(pair.server.receive().1 == .failed(.tls(.unruly)))
  }
}
