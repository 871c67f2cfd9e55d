// One event loop on one thread that shares nothing. A tick: wait; serve clients that are ready; end
// requests and connections that took too long; accept new connections.

import HTTP
import Primitives
import Reactor
import Server
import Synchronization

/// An event loop and its clients.
struct EchoLoop: ~Copyable {
  private let largestBody: Int
  private var poller: Poller
  private var server: Server
  private var writer = ResponseWriter()
  private var date: DateClock
  private var moment = Moment.now()
  /// The response under construction.
  private var reply = ByteBuffer()

  init(_ bounds: Bounds, poller: consuming Poller, listener: consuming Listener) {
    largestBody = bounds.largestBody
    date = DateClock(moment.wall)
    server = Server(bounds, now: moment.instant)
    server.open(listener, for: .callers, poller)
    self.poller = poller
  }

  /// Serves until the process ends.
  mutating func run() {
    while true { tick() }
  }

  private mutating func tick() {
    let looked = moment.instant
    let count = poller.wait(until: server.deadline, now: looked)
    moment = .now()
    date.set(moment.wall)
    server.begin(at: moment.instant)
    for index in 0..<count { server.take(poller.event(index)) }
    serve()
    server.expire(by: looked)
    serve()
    server.accept(poller)
  }

  private mutating func serve() {
    var bytes = ByteBuffer()
    while let event = server.next(&bytes) {
      switch event {
      case .head(let client): takeHead(client, bytes)
      case .request(let client, let body): answer(client, bytes, body)
      case .refused(let client, let reason): refuse(client, reason)
      // This server keeps no state of its own for a client.
      case .sent, .halfClosed, .overdue, .gone: break
      }
    }
  }

  private mutating func takeHead(_ client: Ticket, _ bytes: borrowing ByteBuffer) {
    if case .length(let length) = server.head.framing, length > largestBody {
      server.skipBody()
      refuse(client, .malformed(.bodyTooLarge))
    } else if let body = server.takeBody() {
      answer(client, bytes, body)
    }
  }

  // MARK: Answers

  private mutating func answer(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ body: ByteRange
  ) {
    switch server.head.method {
    case .get, .head: send(client, status: 200)
    case .post, .put:
      send(client, status: 200, bytes.bytes.extracting(body.indices), isEcho: true)
    case .options: send(client, status: 200, allows: true)
    case .delete, .patch, .trace: send(client, status: 405, allows: true)
    case .connect, .other: send(client, status: 501)
    }
  }

  private mutating func send(
    _ client: Ticket, status: Int, _ body: RawSpan = RawSpan(), isEcho: Bool = false,
    allows: Bool = false
  ) {
    let persistence = server.head.persistence
    writer.begin(
      status: status, version: server.head.version, persistence: persistence, date: date)
    if isEcho { writer.field("Content-Type", "application/octet-stream") }
    if allows { writer.field("Allow", "GET, HEAD, POST, PUT, OPTIONS") }
    writer.end(length: body.byteCount)
    Self.join(writer, body, &reply)
    server.send(&reply, to: client, closes: persistence == .close)
  }

  private static func join(
    _ head: borrowing ResponseWriter, _ body: RawSpan, _ reply: inout ByteBuffer
  ) {
    reply.clear()
    reply.append(head.bytes)
    reply.append(body)
  }

  /// Answers a refused request and ends the connection, since it is no longer known where the next
  /// request begins.
  private mutating func refuse(_ client: Ticket, _ reason: RefusedRequest) {
    let (status, detail): (Int, StaticString) =
      switch reason {
      case .malformed(let refusal): (refusal.status, refusal.detail)
      case .tooSlow: (408, "The request took too long.")
      case .noRoom: (503, "The server is full.")
      }
    writer.begin(status: status, persistence: .close, date: date)
    writer.field("Content-Type", "text/plain; charset=utf-8")
    writer.end(length: detail.utf8CodeUnitCount)
    Self.join(writer, RawSpan(), &reply)
    reply.append(detail)
    server.send(&reply, to: client, closes: true)
  }
}

/// Carries a loop to the thread that runs it.
final class LoopStart: Sendable {
  private let loop: Mutex<EchoLoop?>

  init(_ loop: consuming sending EchoLoop) { self.loop = Mutex(loop) }

  /// Runs the loop on this thread, once.
  func run() {
    var mine = loop.withLock { $0.take() }
    mine?.run()
  }
}
