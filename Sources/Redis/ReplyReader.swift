// RESP2 from a node, read by hiredis. Bytes come in from the socket, straight into the reader's own
// buffer (`prepare`, `commit`); replies go out one at a time into a `Reply` that the caller owns.
//
// Bounds: after `next` said `needMore`, what is buffered is less than one token, which is less than
// `ReplyLimits.bytes`; a read comes on top, and hiredis doubles the buffer up to 1 MiB and then adds
// 1 MiB at a time. A declared length allocates nothing. An empty buffer of more than `retained`
// bytes is given back at the next `prepare`.
//
// hiredis moves what is left of its buffer to the front behind each reply once a kilobyte is parsed,
// so a long read of many replies costs a move for each of them: read one TLS record (16 KiB) at a
// time. A reply of 1 KiB costs 0.2 us with reads of 16 KiB, 0.3 us with 32 and 1.4 us with 256; one
// of 20 KiB 0.7, 0.8 and 1.9 us, copies in and out included.
//
// Of what hiredis 0.14 lets pass, the reader refuses a bulk string without its CR LF, a lone CR or LF
// in a line, and a number or a line that is not going to end. No split of the bytes changes a verdict.

internal import CHiredis

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
  /// Longer than any number with its sign and its CR LF.
  private static let longestNumber = 32

  private let sink: UnsafeMutablePointer<chiredis_sink>
  private var fault: ReplyFault?
  private var isOpen: Bool
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

  /// Makes room for a read of `count` bytes. The room is valid until the reader's next verb.
  public mutating func prepare(_ count: Int) -> UnsafeMutableRawBufferPointer {
    precondition(fault == nil, "a broken reader reads no more")
    precondition(count > 0 && count <= 1 << 30, "a read is of 1 byte to 1 GiB")
    let start = unsafe chiredis_prepare(sink.pointee.reader, count, Self.retained)
    unsafe precondition(start != nil, "the machine is out of memory")
    room = count
    return unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  /// The first `count` bytes of the prepared room were filled.
  public mutating func commit(_ count: Int) {
    precondition(count >= 0 && count <= room, "only what there was room for can be committed")
    room = 0
    unsafe chiredis_commit(sink.pointee.reader, count)
  }

  /// Reads the next reply into `reply`, which forgets its former one when the first token comes. A
  /// reply that has begun must be finished in the same `reply`.
  public mutating func next(into reply: inout Reply) -> Progress {
    if let fault { return .broken(fault) }
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
    case chiredis_string: return faultOfBulk(bytes, reply)
    case chiredis_status, chiredis_error:
      // The last byte may be the CR of the line's end.
      return bytes.byteCount - 1 > reply.limits.line ? .malformed : nil
    case chiredis_integer, chiredis_array:
      return bytes.byteCount > Self.longestNumber ? .malformed : nil
    case chiredis_other: return .malformed
    default: return nil
    }
  }

  /// A bulk string's length must end soon, and be within the limits when it has ended.
  private func faultOfBulk(_ bytes: RawSpan, _ reply: borrowing Reply) -> ReplyFault? {
    let head = bytes.extracting(first: Self.longestNumber)
    guard let end = head.offset(of: 0x0D) else {
      return bytes.byteCount > Self.longestNumber ? .malformed : nil
    }
    if end + 1 == bytes.byteCount { return nil }
    if bytes.byte(at: end + 1) != 0x0A { return .malformed }
    guard let size = head.extracting(0..<end).decimal(upTo: .max) else { return .tooLarge }
    return reply.admits(size) ? nil : .tooLarge
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
