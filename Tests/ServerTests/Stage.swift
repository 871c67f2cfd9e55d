// A server on a port of its own, in a time that the test chooses: only the socket is real. It answers
// what it is asked with an empty 200, or, where it is to be asked in vain, lets clients wait a second.

import HTTP
import Primitives
import Reactor
import Server
import TestLab

/// A server, and what it told.
final class Stage {
  /// What the server tells, without saying of whom.
  enum Told: Equatable {
    case request(String)
    case refused(RefusedRequest)
    case sent, halfClosed, overdue, gone
  }

  private(set) var server: Server
  /// All that was told, in its order.
  private(set) var told: [Told] = []
  /// The clients that wait for an answer.
  private(set) var waiting: [Ticket] = []
  /// What the server takes for the time.
  var now = Instant.now()
  /// Whether requests are answered at once.
  var answersAtOnce = true
  /// The length of answers' bodies.
  var answerLength = 0

  private var poller: Poller
  private let port: Int
  private var reply = ByteBuffer()

  /// The port of the callers' door.
  var callersPort: UInt16 { UInt16(port) }

  /// A stage; with an identity, callers use TLS.
  init(_ bounds: Bounds = Bounds(), identity: Identity? = nil) throws {
    // A port that nobody else in this run gets, so that nobody listens there once the doors are closed.
    port = try FreePorts.one()
    let listener = try Listener(host: "127.0.0.1", port: UInt16(port), backlog: 16)
    poller = try Poller()
    let settings = identity.map { TLSServerSettings(certificate: $0.certificate, key: $0.key) }
    server = Server(bounds, identity: try settings.map { try .server($0) }, now: now)
    server.open(listener, for: .callers, poller)
  }

  /// Forgets what was told.
  func forget() { told = [] }

  /// Whether the client that asked at this place still waits.
  func isWaiting(_ place: Int) -> Bool { server.isWaiting(waiting[place]) }

  /// A new client. Whoever connects is let in by the next turn.
  func connect() throws -> RawHTTP { try RawHTTP(port: port) }

  /// Opens another door, and tells its port.
  func openAnother() throws -> Int {
    let another = try FreePorts.one()
    let listener = try Listener(host: "127.0.0.1", port: UInt16(another), backlog: 16)
    server.open(listener, for: .operators, poller)
    return another
  }

  /// Turns the loop until `condition` holds.
  func turn(until condition: () -> Bool) throws {
    try eventually("the server is asked and tells") {
      if !condition() { turn() }
      return condition()
    }
  }

  /// One turn of the loop, in which the time is `now`.
  func turn() {
    let real = Instant.now()
    let isPressed = server.deadline <= now
    let count = poller.wait(until: isPressed ? real : real + .milliseconds(5), now: real)
    server.begin(at: now)
    for index in 0..<count { server.take(poller.event(index)) }
    listen()
    server.expire(by: now)
    listen()
    server.accept(poller)
  }

  /// Hears who knocks at a door, and lets nobody in.
  func hearKnocks() {
    let real = Instant.now()
    let count = poller.wait(until: real + .milliseconds(100), now: real)
    server.begin(at: now)
    for index in 0..<count { server.take(poller.event(index)) }
    listen()
  }

  /// Closes the doors.
  func close() {
    server.close(poller)
    listen()
  }

  /// Answers whoever waits.
  func answer() {
    let clients = waiting
    waiting = []
    for client in clients { send(to: client) }
    listen()
  }

  private func listen() {
    var bytes = ByteBuffer()
    while let event = server.next(&bytes) {
      switch event {
      case .head(let client):
        if let body = server.takeBody() { take(client, bytes, body) }
      case .request(let client, let body): take(client, bytes, body)
      case .refused(let client, let reason):
        told.append(.refused(reason))
        send(to: client)
      case .sent: told.append(.sent)
      case .halfClosed: told.append(.halfClosed)
      case .overdue: told.append(.overdue)
      case .gone: told.append(.gone)
      }
    }
  }

  private func take(_ client: Ticket, _ bytes: borrowing ByteBuffer, _ body: ByteRange) {
    let text = unsafe bytes.bytes.extracting(body.indices).withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    told.append(.request(text))
    if answersAtOnce { return send(to: client, closes: server.head.persistence == .close) }
    waiting.append(client)
    server.wait(client, until: now + .seconds(1))
  }

  private func send(to client: Ticket, closes: Bool = false) {
    reply.clear()
    reply.append("HTTP/1.1 200 OK\r\nContent-Length: ")
    reply.append(decimal: answerLength)
    reply.append("\r\n\r\n")
    reply.append(text: String(repeating: "x", count: answerLength))
    server.send(&reply, to: client, closes: closes)
  }
}
