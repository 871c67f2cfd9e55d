import Glibc
import Primitives
import Testing

@testable import Reactor

@Suite struct TLSFaultTests {
  @Test(arguments: [
    ("expired", TLSFault.certificateExpired, UInt8(45)),
    ("future", .certificateNotYetValid, 42), ("stranger", .unknownAuthority, 48),
    ("other", .nameMismatch, 42), ("client", .wrongPurpose, 43),
  ])
  func aNodeThatIsNotTrusted(identity: String, fault: TLSFault, alert: UInt8) throws {
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server(identity))
    let outcome = pair.shake()
    #expect(outcome.client == .failed(.tls(fault)))
    #expect(pair.client.handshake() == .failed(.tls(fault)))
    // What the peer is told, in the handshake or right after it.
    let told = outcome.server == .done ? pair.server.receive().1 : .failed(outcome.server.fault!)
    #expect(told == .failed(.tls(.alert(alert))))
  }

  @Test func anotherAddress() throws {
    var pair = try TLSPair(
      client: Contexts.client(), server: Contexts.server("other"), host: "127.0.0.1")
    #expect(pair.shake().client == .failed(.tls(.nameMismatch)))
  }

  @Test(arguments: [12, 13])
  func aClientWithoutACertificate(version: Int) throws {
    let client = try Contexts.client()
    client.limit(to: version)
    var pair = try TLSPair(client: client, server: Contexts.server(clients: "ca.pem"))
    let outcome = pair.shake()
    #expect(outcome.server == .failed(.tls(.certificateMissing)))
    // Under TLS 1.3 the client was done before the server looked.
    let told = outcome.client == .done ? pair.client.receive().1 : .failed(outcome.client.fault!)
    #expect(told == .failed(.tls(.alert(version == 13 ? 116 : 40))))
  }

  @Test func theAlertIsFoundEvenIfAWriteFailsFirst() throws {
    var link = try Loopback()
    let client = try Contexts.client()
    let server = try Contexts.server(clients: "ca.pem")
    var near = Transport(
      client: link.near.take()!, context: client, host: "node.test", resuming: nil)
    do {
      var far = Transport(server: link.far.take()!, context: server)
      #expect(near.handshake() == .wantsRead)
      try waitFor(far.fd)
      #expect(far.handshake() == .wantsRead)
      try waitFor(near.fd)
      #expect(near.handshake() == .done)
      try waitFor(far.fd)
      #expect(far.handshake() == .failed(.tls(.certificateMissing)))
    }
    // The first write meets a closed socket and provokes a reset; a later one fails.
    var told = Transfer.wouldBlock
    for _ in 0..<30_000 {
      told = near.send([1])
      if case .failed = told { break }
      usleep(1_000)
    }
    #expect(told == .failed(.tls(.alert(116))))
  }

  /// A peer says what is no record of TLS's and resets the connection, so that a write fails and OpenSSL has
  /// an alert for it: that must not be sent to the next one.
  @Test func whatOneConnectionLeavesBehindGoesToNobody() throws {
    var link = try Loopback()
    let trust = try Contexts.client()
    let identity = try Contexts.server()
    var far = Transport(server: link.far.take()!, context: identity)
    do {
      var near = Transport(
        client: link.near.take()!, context: trust, host: "node.test", resuming: nil)
      #expect(shake(&near, &far) == (.done, .done))
      var junk: [UInt8] = [0x17, 3, 3, 0, 20] + [UInt8](repeating: 1, count: 20)
      #expect(unsafe send(near.fd, &junk, junk.count, 0) == junk.count)
      var reset = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(near.fd, SOL_SOCKET, SO_LINGER, &reset, socklen_t(8))
    }
    for _ in 0..<30_000 {
      if case .failed = far.send([1]) { break }
      usleep(1_000)
    }
    var pair = try TLSPair(client: trust, server: identity)
    #expect(pair.shake() == (.done, .done))
    #expect(pair.server.send([2]) == .moved(1))
    #expect(pair.client.receive().0 == [2])
  }

  /// OpenSSL keeps its buffer for it.
  @Test func aPieceOfARecordIsHeld() throws {
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server())
    #expect(pair.shake() == (.done, .done))
    #expect(pair.client.send([1]) == .moved(1))
    #expect(pair.server.receive().0 == [1])
    let before = pair.server.heldBytes
    var piece: [UInt8] = [0x17, 3]
    #expect(unsafe send(pair.client.fd, &piece, piece.count, 0) == 2)
    #expect(pair.server.receive().1 == .wouldBlock)
    let after = pair.server.heldBytes
    #expect(before == 0 && after == 64 << 10)
  }

  @Test func aRecordThatIsReadInPartIsHeld() throws {
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server())
    #expect(pair.shake() == (.done, .done))
    #expect(pair.client.send([UInt8](repeating: 1, count: 1_000)) == .moved(1_000))
    #expect(pair.server.receive(1).0 == [1])
    let before = pair.server.heldBytes
    #expect(pair.server.receive(1_000).0.count == 999)
    let after = pair.server.heldBytes
    #expect(before == 64 << 10 && after == 0)
  }

  @Test func aForeignClient() throws {
    let client = try Contexts.client(identity: "stranger")
    var pair = try TLSPair(client: client, server: Contexts.server(clients: "ca.pem"))
    #expect(pair.shake().server == .failed(.tls(.unknownAuthority)))
  }

  @Test(arguments: ["-ERR unknown command\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "+PONG\r\n"])
  func aPlainServer(answer: String) throws {
    var pair = try Socket.pair()
    let context = try Contexts.client()
    var client = Transport(
      client: pair.takeFirst(), context: context, host: "node.test", resuming: nil)
    let server = pair.takeSecond()
    #expect(client.handshake() == .wantsRead)
    #expect(server.send(Array(answer.utf8)) == .moved(answer.utf8.count))
    #expect(client.handshake() == .failed(.tls(.notTLS)))
  }

  @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "PING\r\nPING\r\n", "\0\0\0\0\0\0\0\0\0\0\0"])
  func aPlainClient(request: String) throws {
    var pair = try Socket.pair()
    let context = try Contexts.server()
    let client = pair.takeFirst()
    var server = Transport(server: pair.takeSecond(), context: context)
    #expect(client.send(Array(request.utf8)) == .moved(request.utf8.count))
    #expect(server.handshake() == .failed(.tls(.notTLS)))
  }

  @Test func anOldProtocol() throws {
    let client = try Contexts.client()
    client.limit(to: 11)
    var pair = try TLSPair(client: client, server: Contexts.server())
    let outcome = pair.shake()
    #expect(outcome.server == .failed(.tls(.protocolVersion)))
    #expect(outcome.client == .failed(.tls(.protocolVersion)))
  }

  @Test func aPeerThatVanishesInTheHandshake() throws {
    var pair = try Socket.pair()
    let context = try Contexts.client()
    var client = Transport(
      client: pair.takeFirst(), context: context, host: "node.test", resuming: nil)
    #expect(client.handshake() == .wantsRead)
    do {
      let server = pair.takeSecond()
      _ = server.receive()
    }
    #expect(client.handshake() == .failed(.closed))
  }

  @Test func anAlteredRecordIsRefused() throws {
    var near = try Socket.pair()
    var far = try Socket.pair()
    let trust = try Contexts.client()
    let identity = try Contexts.server()
    var client = Transport(
      client: near.takeFirst(), context: trust, host: "node.test", resuming: nil)
    var server = Transport(server: far.takeFirst(), context: identity)
    let left = near.takeSecond()
    let right = far.takeSecond()
    for _ in 0..<6 {
      _ = client.handshake()
      _ = right.send(left.receive().0)
      _ = server.handshake()
      _ = left.send(right.receive().0)
    }
    #expect(client.handshake() == .done)
    #expect(server.handshake() == .done)
    #expect(client.send([1, 2, 3]) == .moved(3))
    var record = left.receive().0
    record[record.count - 1] ^= 1
    #expect(right.send(record) == .moved(record.count))
    guard case .failed(.tls(.other)) = server.receive().1 else {
      Issue.record("a record that was tampered with is not read")
      return
    }
  }

  @Test func everyFaultHasItsWordAndSentence() {
    let faults: [TransportFault] = [
      .refused, .reset, .closed, .timedOut, .unreachable(EHOSTUNREACH), .system(EMFILE),
      .tls(.certificateExpired), .tls(.certificateNotYetValid), .tls(.unknownAuthority),
      .tls(.nameMismatch), .tls(.wrongPurpose), .tls(.badCertificate(23)),
      .tls(.certificateMissing), .tls(.alert(48)), .tls(.protocolVersion), .tls(.noSharedCipher),
      .tls(.noApplicationProtocol), .tls(.notTLS), .tls(.other(1)),
    ]
    #expect(Set(faults.map(\.code)).count == faults.count)
    #expect(Set(faults.map(\.description)).count == faults.count)
    #expect(TransportFault(errno: ECONNREFUSED) == .refused)
    #expect(TransportFault(errno: EPIPE) == .reset)
    #expect(TransportFault(errno: ETIMEDOUT) == .timedOut)
    #expect(TransportFault(errno: ENETUNREACH) == .unreachable(ENETUNREACH))
    #expect(TransportFault(errno: EADDRNOTAVAIL) == .system(EADDRNOTAVAIL))
    #expect(TransportFault.tls(.alert(48)).description.hasSuffix("alert 48: unknown CA"))
    let missing = TransportFault.tls(.alert(116)).description
    #expect(missing.hasSuffix("alert 116: certificate required"))
  }
}

extension Handshake {
  var fault: TransportFault? {
    if case .failed(let fault) = self { return fault }
    return nil
  }
}
