// Requests in, answers out.

import HTTP
import Primitives
import Reactor

extension EchoLoop {
  /// Takes requests out of what was read, as long as they are complete and answered at once.
  mutating func process(_ ticket: Ticket, _ bytes: inout ByteBuffer) {
    var isProgress = true
    while isProgress, connections.contains(ticket), !bytes.isEmpty {
      switch connections[ticket].phase {
      case .idle, .head: isProgress = readHead(ticket, &bytes)
      case .body(let head, let end):
        isProgress = bytes.count >= end
        if isProgress { repeatHead(ticket, &bytes, body: end - head, end: end) }
      case .chunks(let head): isProgress = readChunks(ticket, &bytes, after: head)
      case .writing, .lingering: return
      }
    }
  }

  private mutating func readHead(_ ticket: Ticket, _ bytes: inout ByteBuffer) -> Bool {
    switch connections[ticket].parser.parse(bytes.bytes, into: &head) {
    case .needMore:
      if connections[ticket].phase == .idle {
        connections[ticket].phase = .head
        timers.set(ticket.index, at: moment.instant + bounds.head)
      }
      return false
    case .refused(let refusal):
      refuse(ticket, status: refusal.status, refusal.detail)
    case .head: takeHead(ticket, &bytes)
    }
    return true
  }

  /// The head is complete: refuses the request, waits for its body, or answers it.
  private mutating func takeHead(_ ticket: Ticket, _ bytes: inout ByteBuffer) {
    switch head.framing {
    case .none: answer(ticket, &bytes, body: 0, end: head.length)
    case .length(let length) where length > bounds.largestBody:
      refuse(ticket, status: 413, "The body is too large.")
    case .length(let length):
      let end = head.length + length
      if bytes.count >= end { return answer(ticket, &bytes, body: length, end: end) }
      awaitBody(ticket, .body(head: head.length, end: end))
    case .chunked:
      connections[ticket].chunks = ChunkedDecoder()
      awaitBody(ticket, .chunks(head: head.length))
    }
  }

  private mutating func awaitBody(_ ticket: Ticket, _ phase: Connection.Phase) {
    connections[ticket].phase = phase
    timers.set(ticket.index, at: moment.instant + bounds.body)
    guard head.expectsContinue else { return }
    var interim = ByteBuffer(capacity: 32)
    interim.append(ResponseWriter.continueResponse)
    _ = connections[ticket].transport.write(interim.bytes)
  }

  private mutating func readChunks(
    _ ticket: Ticket, _ bytes: inout ByteBuffer, after head: Int
  ) -> Bool {
    switch decodeChunks(ticket, &bytes, after: head) {
    case .needMore(let keep):
      bytes.truncate(to: head + keep)
      return false
    case .complete(let body, let consumed):
      repeatHead(ticket, &bytes, body: body, end: head + consumed)
    case .refused(let refusal): refuse(ticket, status: refusal.status, refusal.detail)
    }
    return true
  }

  private mutating func decodeChunks(
    _ ticket: Ticket, _ bytes: inout ByteBuffer, after head: Int
  ) -> ChunkedDecoder.Progress {
    let start = unsafe bytes.mutableReadable + head
    var body = unsafe MutableRawSpan(_unsafeStart: start, byteCount: bytes.count - head)
    return connections[ticket].chunks.decode(&body, maximum: bounds.largestBody)
  }

  /// The body has come after the head: heads are not kept, so this one is read again.
  private mutating func repeatHead(
    _ ticket: Ticket, _ bytes: inout ByteBuffer, body: Int, end: Int
  ) {
    let progress = connections[ticket].parser.parse(bytes.bytes, into: &head)
    precondition(progress == .head, "a head that was read once is read again")
    answer(ticket, &bytes, body: body, end: end)
  }

  // MARK: Answers

  /// Answers a complete request, whose body is the `body` bytes behind its head and whose last byte
  /// is before `end`.
  private mutating func answer(
    _ ticket: Ticket, _ bytes: inout ByteBuffer, body: Int, end: Int
  ) {
    if head.persistence == .close { connections[ticket].closesAfterAnswer = true }
    let echoed = ByteRange(head.length, head.length + body)
    switch head.method {
    case .get, .head: begin(200)
    case .post, .put: begin(200, bytes.bytes.extracting(echoed.indices))
    case .options: begin(200, allows: true)
    case .delete, .patch, .trace: begin(405, allows: true)
    case .connect, .other: begin(501)
    }
    bytes.consume(end)
    send(ticket)
  }

  /// Makes `reply` an answer that echoes a body.
  private mutating func begin(_ status: Int, _ body: RawSpan) {
    writer.begin(
      status: status, version: head.version, persistence: head.persistence, date: date)
    writer.field("Content-Type", "application/octet-stream")
    writer.end(length: body.byteCount)
    Self.join(writer, body, &reply)
  }

  /// Makes `reply` an answer without a body.
  private mutating func begin(_ status: Int, allows: Bool = false) {
    writer.begin(
      status: status, version: head.version, persistence: head.persistence, date: date)
    if allows { writer.field("Allow", "GET, HEAD, POST, PUT, OPTIONS") }
    writer.end(length: 0)
    Self.join(writer, RawSpan(), &reply)
  }

  /// Answers what is not served, and ends the connection: nobody knows any more where the next
  /// request begins.
  mutating func refuse(_ ticket: Ticket, status: Int, _ detail: StaticString) {
    connections[ticket].closesAfterAnswer = true
    writer.begin(status: status, persistence: .close, date: date)
    writer.field("Content-Type", "text/plain; charset=utf-8")
    writer.end(length: detail.utf8CodeUnitCount)
    Self.join(writer, RawSpan(), &reply)
    reply.append(detail)
    send(ticket)
  }

  private static func join(
    _ head: borrowing ResponseWriter, _ body: RawSpan, _ reply: inout ByteBuffer
  ) {
    reply.clear()
    reply.append(head.bytes)
    reply.append(body)
  }
}
