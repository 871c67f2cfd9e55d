// What is made of the present client's bytes: heads, bodies, refusals.

import HTTP
public import Primitives
import Reactor

extension Server {
  /// Takes a request out of what was read; nil when none is complete, or when there is to be none now.
  mutating func parse(_ bytes: inout ByteBuffer) -> ServerEvent? {
    switch connections[present].phase {
    case .idle where !bytes.isEmpty:
      if connections[present].mayAsk(in: turn, atMost: bounds.requestsPerTick) {
        return readHead(bytes)
      }
      postpone(present)
    case .head: return readHead(bytes)
    case .body(let head, let end):
      if bytes.count >= end { return repeatHead(bytes, body: end - head, end: end) }
    case .chunks(let head): return readChunks(&bytes, after: head)
    case .late: return refuse(.tooSlow)
    case .lingering: bytes.clear()
    case .handshaking, .idle, .waiting, .writing: break
    }
    return nil
  }

  private mutating func readHead(_ bytes: borrowing ByteBuffer) -> ServerEvent? {
    switch connections[present].parser.parse(bytes.bytes, into: &head) {
    case .needMore:
      // A line end behind a body is no request that has begun (RFC 9112 section 2.2).
      let isBlank = bytes.count <= 2 && bytes.bytes.byte(at: 0) == UInt8(ascii: "\r")
      if connections[present].phase == .idle, !isBlank {
        connections[present].phase = .head
        timers.set(present.index, at: now + bounds.head)
      }
      return nil
    case .refused(let refusal): return refuse(.malformed(refusal))
    case .head:
      connections[present].phase = .waiting
      come = bytes.count
      return .head(present)
    }
  }

  private mutating func readChunks(
    _ bytes: inout ByteBuffer, after head: Int
  ) -> ServerEvent? {
    switch decodeChunks(&bytes, after: head) {
    case .needMore(let keep):
      bytes.truncate(to: head + keep)
      return nil
    case .complete(let body, let consumed):
      return repeatHead(bytes, body: body, end: head + consumed)
    case .refused(let refusal): return refuse(.malformed(refusal))
    }
  }

  private mutating func decodeChunks(
    _ bytes: inout ByteBuffer, after head: Int
  ) -> ChunkedDecoder.Progress {
    let start = unsafe bytes.mutableReadable + head
    var body = unsafe MutableRawSpan(_unsafeStart: start, byteCount: bytes.count - head)
    let largest = connections[present].largestBody
    return connections[present].chunks.decode(&body, maximum: largest)
  }

  /// The body has come after the head: heads are not kept, so this one is read again.
  private mutating func repeatHead(
    _ bytes: borrowing ByteBuffer, body: Int, end: Int
  ) -> ServerEvent {
    let progress = connections[present].parser.parse(bytes.bytes, into: &head)
    precondition(progress == .head, "a head that was read once is read again")
    connections[present].phase = .waiting
    told = end
    return .request(present, body: ByteRange(head.length, head.length + body))
  }

  /// The connection ends with the answer: nobody knows where the next request begins.
  mutating func refuse(_ reason: RefusedRequest) -> ServerEvent {
    connections[present].phase = .waiting
    connections[present].closesAfterAnswer = true
    return .refused(present, reason)
  }

  // MARK: What the program makes of a head

  /// Where the body of the request is whose head was told; nil when it has not come whole. Then the
  /// client is told to go on if it asks, and of the request the program is told once more.
  ///
  /// - Parameter limit: until when it is waited for at most, within the bound of all bodies.
  public mutating func takeBody(
    by limit: Instant = .never, atMost largest: Int = .max
  ) -> ByteRange? {
    switch head.framing {
    case .none:
      told = head.length
      return ByteRange(head.length, head.length)
    case .length(let length):
      let end = head.length + length
      if come < end {
        awaitBody(.body(head: head.length, end: end), by: limit)
        return nil
      }
      told = end
      return ByteRange(head.length, end)
    case .chunked:
      connections[present].chunks = ChunkedDecoder()
      connections[present].largestBody = min(largest, bounds.largestBody)
      awaitBody(.chunks(head: head.length), by: limit)
      return nil
    }
  }

  /// Passes over the body of the request whose head was told, as far as it has come. Whether that was
  /// all of it: if not, it is not waited for, and the connection ends with the answer.
  public mutating func skipBody() -> Bool {
    switch head.framing {
    case .none: told = head.length
    // A refused length may be any number: the sum of the two could be none.
    case .length(let length) where length <= come - head.length:
      told = head.length + length
    case .length, .chunked:
      connections[present].closesAfterAnswer = true
      return false
    }
    return true
  }

  private mutating func awaitBody(_ phase: Connection.Phase, by limit: Instant) {
    connections[present].phase = phase
    timers.set(present.index, at: min(now + bounds.body, limit))
    guard head.expectsContinue else { return }
    var interim = ByteBuffer(capacity: 32)
    interim.append(ResponseWriter.continueResponse)
    // Where the socket has no room, as while the client has yet to read its last answer, the body comes
    // without leave (RFC 9110 section 10.1.1). A part of the leave would be a part of the next answer.
    switch connections[present].transport.write(interim.bytes) {
    case .moved(interim.count), .wouldBlock: break
    case .moved, .closed, .failed: drop(present)
    }
  }
}
