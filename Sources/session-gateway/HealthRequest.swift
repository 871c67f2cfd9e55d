// Asks the gateway on this machine for a page that says whether it is healthy, and returns the
// status of the response. It uses the same modules as the gateway. Bounded: one deadline covers
// everything but the lookup of a host name.

import Primitives
import Reactor

/// The gateway's host has no address.
struct UnknownHost: Error, CustomStringConvertible {
  let name: String

  var description: String { "no address is known for the host \(name)" }
}

/// A request for a gateway's page of health.
struct HealthRequest: ~Copyable {
  /// The length of the beginning of a response that has the status: `HTTP/1.1 200`.
  private static let statusLength = 12

  let host: String
  let port: UInt16
  let path: String
  /// For HTTPS; nil for HTTP.
  let context: TLSContext?
  let patience: TimeSpan

  /// Sends the request, and returns the status of the response.
  func send() throws -> Int {
    let deadline = Instant.now() + patience
    var connection = try connect(until: deadline)
    var request = ByteBuffer(capacity: 256)
    request.append("GET ")
    request.append(text: path)
    request.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    try connection.send(request.bytes, until: deadline)
    return try Self.status(&connection, until: deadline)
  }

  private func connect(until deadline: Instant) throws -> BlockingConnection {
    guard case .addresses(let found) = Resolver.lookUp(host, port: port), let address = found.first
    else { throw UnknownHost(name: host) }
    var connection = try BlockingConnection.connect(
      to: address, host: host, context: context, until: deadline)
    try connection.handshake(until: deadline)
    return connection
  }

  /// Reads the beginning of the response, and ignores the rest.
  private static func status(
    _ connection: inout BlockingConnection, until deadline: Instant
  ) throws(TransportFault) -> Int {
    var response = ByteBuffer(capacity: 4_096)
    while response.count < statusLength {
      let room = unsafe ReadRoom(response.writable)
      response.commit(try connection.read(into: room, until: deadline))
    }
    let line = unsafe response.bytes.withUnsafeBytes { unsafe Array($0.prefix(statusLength)) }
    let text = String(decoding: line, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 "), let status = Int(text.suffix(3)) else { throw .closed }
    return status
  }
}
