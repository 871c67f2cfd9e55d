// What the present client's bytes amount to: heads, bodies, refusals.

import HTTP
public import Primitives
import Reactor

extension Server {
  /// Takes a request out of what was read; nil when none is complete, or when the client has had
  /// its share of this tick.
  mutating func parse(_ bytes: inout ByteBuffer) -> ServerEvent? {
    switch connections[present].phase {
    case .idle where !bytes.isEmpty:
      if connections[present].countRequest(in: tick, atMost: bounds.requestsPerTick) {
        return readHead(bytes)
      }
      postpone(present)
    case .head where !bytes.isEmpty: return readHead(bytes)
    case .body(let head, let end):
      if bytes.count >= end { return repeatHead(bytes, body: end - head, end: end) }
    case .chunks(let head): return readChunks(&bytes, after: head)
    case .late: return refuse(.tooSlow)
    case .lingering: bytes.clear()
    case .handshaking, .idle, .head, .waiting, .writing: break
    }
    return nil
  }

  private mutating func readHead(_ bytes: borrowing ByteBuffer) -> ServerEvent? {
    switch connections[present].parser.parse(bytes.bytes, into: &head) {
    case .needMore:
      // A line end after a body does not begin a request (RFC 9112 §2.2).
      let isBlank = bytes.count <= 2 && bytes.bytes.byte(at: 0) == UInt8(ascii: "\r")
      if connections[present].phase == .idle, !isBlank { awaitHead(present) }
      return nil
    case .refused(let refusal): return refuse(.malformed(refusal))
    case .head:
      connections[present].phase = .waiting
      come = bytes.count
      return .head(present)
    }
  }

  /// A head has begun to arrive.
  mutating func awaitHead(_ client: Ticket) {
    connections[client].phase = .head
    timers.set(client.index, at: now + bounds.head)
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

  /// The body has arrived after the head: heads are not kept, so this one is parsed again.
  private mutating func repeatHead(
    _ bytes: borrowing ByteBuffer, body: Int, end: Int
  ) -> ServerEvent {
    let progress = connections[present].parser.parse(bytes.bytes, into: &head)
    precondition(progress == .head, "a head that was read once is read again")
    connections[present].phase = .waiting
    told = end
    return .request(present, body: ByteRange(head.length, head.length + body))
  }

  /// Refuses a request. The connection ends with the response, since the start of the next request
  /// is unknown.
  mutating func refuse(_ reason: RefusedRequest) -> ServerEvent {
    connections[present].phase = .waiting
    connections[present].closesAfterAnswer = true
    return .refused(present, reason)
  }

  // MARK: What the program does with a head

  /// Where the body of the request just reported lies; nil while it is incomplete. Then the client
  /// gets `100 Continue` if it expects it, and the request is reported again when the body is
  /// whole.
  ///
  /// - Parameters:
  ///   - limit: when waiting for the body ends at the latest; `Bounds.body` may end it earlier.
  ///   - largest: the largest body accepted in chunks, in bytes, within `Bounds.largestBody`. A
  ///     declared length is for the program to check.
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

  /// Skips the body of the request just reported. If not all of it has arrived, the rest is not
  /// waited for, and the connection ends with the response.
  public mutating func skipBody() {
    switch head.framing {
    case .none: told = head.length
    // A refused length may be any number: adding it to the head's could overflow.
    case .length(let length) where length <= come - head.length:
      told = head.length + length
    case .length, .chunked: connections[present].closesAfterAnswer = true
    }
  }

  private mutating func awaitBody(_ phase: Connection.Phase, by limit: Instant) {
    connections[present].phase = phase
    timers.set(present.index, at: min(now + bounds.body, limit))
    guard head.expectsContinue else { return }
    var interim = ByteBuffer(capacity: 32)
    interim.append(ResponseWriter.continueResponse)
    // If the socket has no room, as when the client has yet to read its last response, the interim
    // response is left out: after a while the client sends the body without it (RFC 9110 §10.1.1).
    // Half of one would corrupt the next response.
    switch connections[present].transport.write(interim.bytes) {
    case .moved(interim.count), .wouldBlock: break
    case .moved, .closed, .failed: drop(present)
    }
  }
}
