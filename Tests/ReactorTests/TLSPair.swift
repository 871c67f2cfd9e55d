// Two ends of a TLS connection, driven from one thread over a socket pair or TCP.

import Primitives
import Reactor
import Testing

/// A client and a server, their handshake not begun.
struct TLSPair: ~Copyable {
  var client: Transport
  var server: Transport

  init(
    client: borrowing TLSContext, server: borrowing TLSContext, host: String = "node.test",
    resuming session: borrowing TLSSession? = nil
  ) throws {
    var pair = try Socket.pair()
    self.client = Transport(
      client: pair.takeFirst(), context: client, host: host, resuming: session)
    self.server = Transport(server: pair.takeSecond(), context: server)
  }

  /// Over TCP with buffers of so many bytes, the handshake done.
  init(buffers: Int32) throws {
    var link = try Loopback(buffers: buffers)
    let trust = try Contexts.client()
    let identity = try Contexts.server()
    client = Transport(
      client: link.near.take()!, context: trust, host: "node.test", resuming: nil)
    server = Transport(server: link.far.take()!, context: identity)
    #expect(shake() == (.done, .done))
  }

  /// Drives both ends: what the client and the server say in the end.
  mutating func shake() -> (client: Handshake, server: Handshake) {
    ReactorTests.shake(&client, &server)
  }
}

/// Drives both ends of a connection until each is done or has failed.
func shake(
  _ client: inout Transport, _ server: inout Transport
) -> (client: Handshake, server: Handshake) {
  var near = Handshake.wantsRead
  var far = Handshake.wantsRead
  // On loopback a flight may take its time; the bound only ends a test that went wrong.
  let end = Instant.now() + .seconds(30)
  while !near.isOver || !far.isOver, Instant.now() < end {
    if !near.isOver { near = client.handshake() }
    if !far.isOver { far = server.handshake() }
  }
  return (near, far)
}

extension Handshake {
  var isOver: Bool {
    switch self {
    case .done, .failed: true
    case .wantsRead, .wantsWrite: false
    }
  }
}

/// Contexts out of the suite's certificates.
enum Contexts {
  static func client(
    authorities: String = "ca.pem", identity: String? = nil, serverName: String? = nil
  ) throws -> TLSContext {
    let certificates = Certificates.shared
    return try .client(
      TLSClientSettings(
        authorities: certificates.file(authorities),
        certificate: identity.map { certificates.file($0 + ".pem") },
        key: identity.map { certificates.file($0 + ".key") }, serverName: serverName))
  }

  static func server(
    _ identity: String = "server", clients: String? = nil, keys: TicketKeys? = nil
  ) throws -> TLSContext {
    let certificates = Certificates.shared
    return try .server(
      TLSServerSettings(
        certificate: certificates.file(identity + ".pem"),
        key: certificates.file(identity + ".key"),
        clientAuthorities: clients.map { certificates.file($0) }, ticketKeys: keys))
  }
}
