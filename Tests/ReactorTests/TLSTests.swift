import Glibc
import Primitives
import Testing

@testable import Reactor

@Suite struct TLSTests {
  @Test(arguments: ["node.test", "localhost", "127.0.0.1", "::1", "[::1]"])
  func bothEndsAgree(host: String) throws {
    let client = try Contexts.client()
    let server = try Contexts.server()
    var pair = try TLSPair(client: client, server: server, host: host)
    #expect(pair.shake() == (.done, .done))
    #expect(pair.client.protocolVersion == "TLSv1.3")
    #expect(pair.client.send([1, 2, 3]) == .moved(3))
    #expect(pair.server.receive().0 == [1, 2, 3])
    #expect(pair.server.receive().1 == .wouldBlock)
    #expect(pair.server.send([4]) == .moved(1))
    #expect(pair.client.receive().0 == [4])
    let certificate = pair.client.peerCertificate
    #expect(certificate?.subject == "/CN=server" && certificate?.issuer == "/CN=ca")
    #expect(certificate == (try Certificate.read(Certificates.shared.file("server.pem"))))
    #expect(certificate!.notAfter > UnixTime.now())
    #expect(pair.server.peerCertificate == nil)
  }

  @Test func version12IsServedWithTheSameVerbs() throws {
    let client = try Contexts.client()
    let server = try Contexts.server()
    client.limit(to: 12)
    var pair = try TLSPair(client: client, server: server)
    #expect(pair.shake() == (.done, .done))
    #expect(pair.client.protocolVersion == "TLSv1.2")
    #expect(pair.client.send([1]) == .moved(1))
    #expect(pair.server.receive().0 == [1])
  }

  @Test func goodbyeIsToldFromVanishing() throws {
    let client = try Contexts.client()
    let server = try Contexts.server()
    var polite = try TLSPair(client: client, server: server)
    #expect(polite.shake() == (.done, .done))
    polite.client.close()
    #expect(polite.server.receive().1 == .closed)
    #expect(polite.server.receive().1 == .closed)
    // Half a connection goes on: the other direction is still open.
    #expect(polite.server.send([1]) == .moved(1))
    var rude = try TLSPair(client: client, server: server)
    #expect(rude.shake() == (.done, .done))
    #expect(shutdown(rude.client.fd, Int32(SHUT_WR)) == 0)
    #expect(rude.server.receive().1 == .failed(.closed))
    #expect(rude.server.receive().1 == .failed(.closed))
  }

  @Test func goodbyeRightBehindTheLastBytesIsNotOverlooked() throws {
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server())
    #expect(pair.shake() == (.done, .done))
    #expect(pair.client.send([1]) == .moved(1))
    pair.client.close()
    // Both come with one read of the socket, and no event tells of what is left in OpenSSL.
    #expect(pair.server.receive().1 == .moved(1))
    let mayHaveMore = pair.server.mayHaveMore
    #expect(mayHaveMore)
    #expect(pair.server.receive().1 == .closed)
  }

  @Test(arguments: [12, 13])
  func aSessionIsResumed(version: Int) throws {
    let keys = TicketKeys.random()
    let client = try Contexts.client()
    client.limit(to: version)
    var first = try TLSPair(client: client, server: Contexts.server(keys: keys))
    #expect(first.shake() == (.done, .done))
    #expect(first.client.isResumed == false)
    #expect(first.server.send([1]) == .moved(1))
    #expect(first.client.receive().0 == [1])
    let session = first.client.takeSession()
    let hasSession = session != nil
    #expect(hasSession)
    // Another worker's context: only the keys are the same.
    var second = try TLSPair(client: client, server: Contexts.server(keys: keys), resuming: session)
    #expect(second.shake() == (.done, .done))
    #expect(second.client.isResumed == true && second.server.isResumed == true)
    // Strange keys: a full handshake, not a failure.
    var third = try TLSPair(
      client: client, server: Contexts.server(keys: .random()), resuming: session)
    #expect(third.shake() == (.done, .done))
    #expect(third.client.isResumed == false)
  }

  @Test func bothEndsProveThemselves() throws {
    let client = try Contexts.client(identity: "client")
    var pair = try TLSPair(client: client, server: Contexts.server(clients: "ca.pem"))
    #expect(pair.shake() == (.done, .done))
    #expect(pair.server.peerCertificate?.subject == "/CN=client")
  }

  @Test func theServerNameStandsInForTheHost() throws {
    let client = try Contexts.client(serverName: "node.test")
    var pair = try TLSPair(client: client, server: Contexts.server(), host: "10.9.8.7")
    #expect(pair.shake() == (.done, .done))
  }

  @Test func onlyHTTP11IsServed() throws {
    #expect(try negotiate([2, 0x68, 0x32, 8] + Array("http/1.1".utf8)) == (.done, .done))
    let refused = try negotiate([2, 0x68, 0x32])
    #expect(refused.client == .failed(.tls(.alert(120))))
    #expect(refused.server == .failed(.tls(.noApplicationProtocol)))
  }

  private func negotiate(_ offer: [UInt8]) throws -> (client: Handshake, server: Handshake) {
    let client = try Contexts.client()
    client.offer(offer)
    var pair = try TLSPair(client: client, server: Contexts.server())
    return pair.shake()
  }
}
