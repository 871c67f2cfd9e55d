// RESP2 from a node, read by hiredis. Bytes come in from the socket, straight into the reader's own
// buffer (`prepare`, `commit`); replies go out one at a time into a `Reply` that the caller owns.
//
// A bulk string that is the whole reply, as a session is, OK, null and a digit are read here and not by
// hiredis: it would move what is behind them to the front of its buffer, and wait for a bulk string's last
// byte. One that has come whole is copied once; where much of it is missing, the socket fills a `LargeBulk`,
// which the reply then is.
//
// Bounds: after `next` said `needMore`, what is buffered is less than one token, which is less than
// `ReplyLimits.bytes`; a read comes on top, and hiredis doubles the buffer up to 1 MiB and then adds
// 1 MiB at a time. A declared length allocates nothing. An empty buffer of more than `retained`
// bytes is given back at the next `prepare`.
//
// Of what hiredis 0.14 lets pass, the reader refuses a bulk string without its CR LF, a lone CR or LF
// in a line, and a number or a line that is not going to end. No split of the bytes changes a verdict.

internal import CHiredis
public import Primitives

/// Reads the replies of one connection, in the order of its commands.
@safe
public struct ReplyReader: ~Copyable {
  /// How far a reply has come.
  public enum Progress: Equatable, Sendable {
    /// The reply is complete; ask again, more may be buffered.
    case reply
    /// The bytes end within a reply or between two: read more.
    case needMore
    /// The bytes are no reply. The connection is to be closed; asked again, the answer is the same.
    case broken(ReplyFault)
  }

  /// How many bytes an empty buffer may keep.
  static let retained = 1 << 20
  /// How much of a bulk string must be missing so that it is gathered apart.
  static let large = 4 << 10

  private let sink: UnsafeMutablePointer<chiredis_sink>
  private var bulk = LargeBulk()
  private var fault: ReplyFault?
  private var isOpen: Bool
  // How much room was prepared in hiredis's buffer.
  private var room: Int

  /// A reader for a new connection.
  public init() {
    unsafe sink = .allocate(capacity: 1)
    unsafe sink.initialize(to: chiredis_sink())
    unsafe sink.pointee.receive = receiveToken
    let opened = unsafe chiredis_open(sink)
    precondition(opened != 0, "the machine is out of memory")
    fault = nil
    isOpen = false
    room = 0
  }

  deinit {
    unsafe redisReaderFree(sink.pointee.reader)
    unsafe sink.deallocate()
  }

  /// Makes room for a read of about `count` bytes, and for the rest of a large reply that is awaited.
  /// The room is valid until the reader's next verb.
  public mutating func prepare(_ count: Int) -> ReadRoom {
    precondition(fault == nil, "a broken reader reads no more")
    precondition(count > 0 && count <= 1 << 30, "a read is of 1 byte to 1 GiB")
    room = 0
    if bulk.isGathering {
      let rest = unsafe bulk.room(count)
      if !bulk.endsInRoom { return unsafe ReadRoom(rest) }
      return unsafe ReadRoom(rest, roomOfHiredis(count))
    }
    return unsafe ReadRoom(roomOfHiredis(count))
  }

  private mutating func roomOfHiredis(_ count: Int) -> UnsafeMutableRawBufferPointer {
    room = count
    let start = unsafe chiredis_prepare(sink.pointee.reader, room, Self.retained)
    unsafe precondition(start != nil, "the machine is out of memory")
    return unsafe UnsafeMutableRawBufferPointer(start: start, count: room)
  }

  /// The first `count` bytes of the prepared room were filled.
  public mutating func commit(_ count: Int) {
    let gathered = bulk.commit(count)
    let rest = count - gathered
    precondition(rest >= 0 && rest <= room, "only what there was room for can be committed")
    room = 0
    if rest > 0 { unsafe chiredis_commit(sink.pointee.reader, rest) }
  }

  /// Reads the next reply into `reply`, which forgets its former one when the first token comes. A
  /// reply that has begun must be finished in the same `reply`.
  public mutating func next(into reply: inout Reply) -> Progress {
    if let fault { return .broken(fault) }
    if bulk.isPending { return finishBulk(&reply) }
    if let progress = nextInPlace(&reply) { return progress }
    // A reply that began on a connection that is gone is of no use.
    if !isOpen { reply.close() }
    precondition(reply.isOpen == isOpen, "a reply that began is finished in the same value")
    var object: UnsafeMutableRawPointer?
    let status = unsafe withUnsafeMutablePointer(to: &reply) { target in
      unsafe sink.pointee.target = UnsafeMutableRawPointer(target)
      return unsafe redisReaderGetReply(sink.pointee.reader, &object)
    }
    isOpen = false
    if status != REDIS_OK { return fail(faultOfReader, &reply) }
    if unsafe object != nil {
      reply.close()
      return .reply
    }
    if let fault = faultOfUnfinished(reply) { return fail(fault, &reply) }
    isOpen = reply.isOpen
    return .needMore
  }

  /// Reads what a session and its write come as: a bulk string, null, OK or a digit that is the whole
  /// reply. Nil where hiredis reads on, within a reply or where another one begins.
  private mutating func nextInPlace(_ reply: inout Reply) -> Progress? {
    let rest = unsafe chiredis_between(sink.pointee.reader)
    guard let start = unsafe rest.bytes else { return nil }
    let bytes = unsafe RawSpan(_unsafeStart: start, byteCount: rest.count)
    if bytes.isEmpty { return .needMore }
    if bytes.starts(with: "+OK\r\n") {
      reply.take(.status, bytes.extracting(1..<3))
      unsafe chiredis_skip(sink.pointee.reader, bytes.byteCount - 5)
      return .reply
    }
    switch bytes.byte(at: 0) {
    case UInt8(ascii: "$"): return nextBulk(bytes, &reply)
    case UInt8(ascii: ":"): return nextDigit(bytes, &reply)
    default: return nil
    }
  }

  /// An integer of one digit, as most are that tell whether there was a key.
  private mutating func nextDigit(_ bytes: RawSpan, _ reply: inout Reply) -> Progress? {
    guard bytes.byteCount >= 4, bytes.byte(at: 2) == 0x0D, bytes.byte(at: 3) == 0x0A else {
      return nil
    }
    let digit = bytes.byte(at: 1) &- 48
    guard digit <= 9 else { return nil }
    reply.take(.integer, Int(digit))
    unsafe chiredis_skip(sink.pointee.reader, bytes.byteCount - 4)
    return .reply
  }

  private mutating func nextBulk(_ bytes: RawSpan, _ reply: inout Reply) -> Progress? {
    switch BulkLength(bytes.extracting(droppingFirst: 1)) {
    case .unfinished: return .needMore
    case .null:
      guard bytes.starts(with: "$-1\r\n") else { return nil }
      reply.take(.null, 0)
      unsafe chiredis_skip(sink.pointee.reader, bytes.byteCount - 5)
      return .reply
    case .broken(let fault): return fail(fault, &reply)
    case .bytes(let size, let lineLength):
      reply.close()
      let come = bytes.extracting(droppingFirst: 1 + lineLength)
      if reply.admits(size) { return take(size, come, &reply) }
      return size <= reply.limits.passed ? pass(size, come, &reply) : fail(.tooLarge, &reply)
    }
  }

  /// Passes over a bulk string that is larger than replies may be.
  private mutating func pass(_ size: Int, _ come: RawSpan, _ reply: inout Reply) -> Progress {
    let part = come.extracting(first: size + 2)
    bulk.begin(passing: size, part)
    unsafe chiredis_skip(sink.pointee.reader, come.byteCount - part.byteCount)
    return finishBulk(&reply)
  }

  /// Makes a bulk string of `size` bytes the reply, if it is among the `come` ones, or gathers it.
  private mutating func take(_ size: Int, _ come: RawSpan, _ reply: inout Reply) -> Progress {
    if size + 2 <= come.byteCount {
      guard come.byte(at: size) == 0x0D, come.byte(at: size + 1) == 0x0A else {
        return fail(.malformed, &reply)
      }
      reply.take(.string, come.extracting(first: size))
      unsafe chiredis_skip(sink.pointee.reader, come.byteCount - size - 2)
      return .reply
    }
    if size - come.byteCount >= Self.large {
      bulk.begin(size, come, headroom: reply.headroom)
      unsafe chiredis_skip(sink.pointee.reader, 0)
    }
    return .needMore
  }

  /// Goes on with a reply that is gathered apart from hiredis.
  private mutating func finishBulk(_ reply: inout Reply) -> Progress {
    switch bulk.progress {
    case .needMore: return .needMore
    case .broken(let fault): return fail(fault, &reply)
    case .reply:
      if bulk.isPassed {
        bulk.end()
        reply.takeOversize()
      } else {
        reply.take(&bulk)
      }
      return .reply
    }
  }

  private mutating func fail(_ reason: ReplyFault, _ reply: inout Reply) -> Progress {
    reply.close()
    fault = reason
    return .broken(reason)
  }

  /// Why hiredis stopped: because the reply refused a token, or by itself.
  private var faultOfReader: ReplyFault {
    if let refused = unsafe ReplyFault(rawValue: sink.pointee.refusal) { return refused }
    unsafe precondition(
      sink.pointee.reader.pointee.err == REDIS_ERR_PROTOCOL, "the machine is out of memory")
    return .malformed
  }

  /// What is already certain of the token that is not complete. hiredis would wait for it.
  private func faultOfUnfinished(_ reply: borrowing Reply) -> ReplyFault? {
    let rest = unsafe chiredis_unfinished(sink.pointee.reader)
    let bytes = unsafe RawSpan(_unsafeStart: rest.bytes ?? Self.nowhere, byteCount: rest.count)
    switch unsafe Int(rest.kind) {
    case chiredis_string:
      switch BulkLength(bytes) {
      case .broken(let fault): return fault
      case .bytes(let size, _): return reply.admits(size) ? nil : .tooLarge
      case .unfinished, .null: return nil
      }
    case chiredis_status, chiredis_error:
      // The last byte may be the CR of the line's end.
      return bytes.byteCount - 1 > reply.limits.line ? .malformed : nil
    case chiredis_integer, chiredis_array:
      return bytes.byteCount > BulkLength.longestNumber ? .malformed : nil
    case chiredis_other: return .malformed
    default: return nil
    }
  }

  private static var nowhere: UnsafePointer<CChar> {
    unsafe UnsafePointer(bitPattern: 16)!
  }
}

/// Gives a token to the reply that `target` is; the raw value of the fault when it is refused.
private func receiveToken(_ target: UnsafeMutableRawPointer?, _ token: chiredis_token) -> Int32 {
  let reply = unsafe target!.assumingMemoryBound(to: Reply.self)
  guard let kind = unsafe ReplyToken.Kind(rawValue: UInt8(truncatingIfNeeded: token.kind)) else {
    // A string that is too large is refused before its end has come; so it is when it came at once.
    let admitted = unsafe reply.pointee.admits(Int(token.number))
    return (admitted ? ReplyFault.malformed : .tooLarge).rawValue
  }
  let fault = unsafe reply.pointee.receive(
    kind, Int(token.number), UnsafeRawPointer(token.bytes), depth: Int(token.depth))
  return fault?.rawValue ?? 0
}
