// RESP2 from a node, parsed by hiredis. Bytes come in from the socket, straight into the reader's
// own buffer (`prepare`, `commit`); replies go out one at a time into a `Reply` that the caller
// owns.
//
// A reply that is a single bulk string (as a session is), OK, null or a digit is parsed here and
// not by hiredis, which would move the bytes behind it to the front of its buffer, and wait for a
// bulk string's last byte. A bulk string that has arrived whole is copied once. If much of it is
// missing, the socket fills a `LargeBulk`, which then becomes the reply.
//
// Bounds: after `next` has returned `needMore`, the buffer holds less than one token, which is less
// than `ReplyLimits.bytes`; a read is added to that. hiredis doubles the buffer up to 1 MiB and
// then adds 1 MiB at a time. A declared length allocates nothing. An empty buffer of more than
// `retained` bytes is released at the next `prepare`.
//
// Some input that hiredis 0.14 accepts is refused here: a bulk string without its CR LF, a lone CR
// or LF in a line, and a number or a line without an end. However the bytes are split, the verdict
// is the same.

import CHiredis
public import Primitives

/// Reads the replies of one connection, in the order of its commands.
@safe
public struct ReplyReader: ~Copyable {
  /// How much of a reply has arrived.
  public enum Progress: Equatable, Sendable {
    /// The reply is complete. Call again, since more may be buffered.
    case reply
    /// The bytes end within a reply or between two: read more.
    case needMore
    /// The bytes are not a reply. The connection must be closed; every later call returns the same.
    case broken(ReplyFault)
  }

  /// The largest buffer kept while empty, in bytes.
  static let retained = 1 << 20
  /// How many bytes of a bulk string must be missing before it is gathered separately.
  static let large = 4 << 10

  private let sink: UnsafeMutablePointer<chiredis_sink>
  private var bulk = LargeBulk()
  private var fault: ReplyFault?
  private var isOpen: Bool
  // How many bytes of room were prepared in hiredis's buffer.
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

  /// Makes room for a read of about `count` bytes, and for the rest of a large reply in progress.
  /// The room is valid until the reader's next call.
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

  /// Reads the next reply into `reply`, which forgets its previous one at the first token. A reply
  /// that has begun must be finished in the same `reply`.
  public mutating func next(into reply: inout Reply) -> Progress {
    if let fault { return .broken(fault) }
    if bulk.isPending { return finishBulk(&reply) }
    if let progress = nextInPlace(&reply) { return progress }
    // A reply that began on an earlier connection is abandoned.
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

  /// Parses the most common replies: a bulk string, null, OK or a digit that is the whole reply.
  /// Nil if hiredis must parse, within a reply or because another kind begins.
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

  /// An integer of one digit, as most replies are that say whether a key existed.
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

  /// Skips a bulk string that is larger than replies may be.
  private mutating func pass(_ size: Int, _ come: RawSpan, _ reply: inout Reply) -> Progress {
    let part = come.extracting(first: size + 2)
    bulk.begin(passing: size, part)
    unsafe chiredis_skip(sink.pointee.reader, come.byteCount - part.byteCount)
    return finishBulk(&reply)
  }

  /// Makes a bulk string of `size` bytes the reply if it is contained in `come`, or starts to
  /// gather it.
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

  /// Continues with a reply that is gathered outside hiredis.
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

  /// Why hiredis stopped: the reply refused a token, or hiredis itself found a fault.
  private var faultOfReader: ReplyFault {
    if let refused = unsafe ReplyFault(rawValue: sink.pointee.refusal) { return refused }
    unsafe precondition(
      sink.pointee.reader.pointee.err == REDIS_ERR_PROTOCOL, "the machine is out of memory")
    return .malformed
  }

  /// A fault that is already certain of the incomplete token. hiredis would wait for its end.
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

/// Passes a token to the reply at `target`; returns the raw value of the fault if it is refused,
/// else 0.
private func receiveToken(_ target: UnsafeMutableRawPointer?, _ token: chiredis_token) -> Int32 {
  let reply = unsafe target!.assumingMemoryBound(to: Reply.self)
  guard let kind = unsafe ReplyToken.Kind(rawValue: UInt8(truncatingIfNeeded: token.kind)) else {
    // A string that is too large is refused before its end arrives; so it must be if it arrived at
    // once.
    let admitted = unsafe reply.pointee.admits(Int(token.number))
    return (admitted ? ReplyFault.malformed : .tooLarge).rawValue
  }
  let fault = unsafe reply.pointee.receive(
    kind, Int(token.number), UnsafeRawPointer(token.bytes), depth: Int(token.depth))
  return fault?.rawValue ?? 0
}
