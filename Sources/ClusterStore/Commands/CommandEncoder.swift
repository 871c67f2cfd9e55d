// Session commands as RESP, written straight into a pipeline's log.

import Primitives
import Redis
import Sessions

/// Encodes an operation's commands at the end of a buffer.
enum CommandEncoder {
  /// Writes the commands of `command` and returns their lengths.
  static func encode(
    _ command: borrowing SessionCommand, request: RawSpan, space: borrowing KeySpace,
    begun: Beginning, into log: inout ByteBuffer
  ) -> CommandLengths {
    if command.needsScript(in: space) {
      return ScriptedCommand.encode(
        command, request: request, space: space, begun: begun, into: &log)
    }
    let start = log.count
    switch command.verb {
    case .get:
      CommandWriter.begin(4, "GETEX", in: &log)
      key(space, command.id, in: &log)
      log.append(space.expiry)
      return CommandLengths(log.count - start)
    case .peek:
      one("PTTL", space, command.id, in: &log)
      let first = log.count - start
      one("GET", space, command.id, in: &log)
      return CommandLengths(first: first, of: log.count - start)
    case .inspect:
      one("PTTL", space, command.id, in: &log)
      let first = log.count - start
      beginning("350", space, command.id, in: &log)
      return CommandLengths(first: first, of: log.count - start)
    case .put where command.condition == .none:
      let key = header(space, command.id, in: &log)
      let first = log.count - start
      CommandWriter.begin(5, "SET", in: &log)
      log.append(copyOf: key)
      recordAndExpiry(command, request: request, space, as: .plain, begun: begun, in: &log)
      return CommandLengths(first: first, of: log.count - start)
    case .put:
      set(command, request: request, space, begun: begun, in: &log)
      return CommandLengths(log.count - start)
    case .touch:
      let key = header(space, command.id, in: &log)
      let first = log.count - start
      CommandWriter.begin(3, "PEXPIRE", in: &log)
      log.append(copyOf: key)
      log.append(space.milliseconds)
      return CommandLengths(first: first, of: log.count - start)
    case .delete:
      one("UNLINK", space, command.id, in: &log)
      return CommandLengths(log.count - start)
    case .lock, .renew, .unlock:
      preconditionFailure("what is done about a lock is decided by a script")
    }
  }

  /// Writes the commands of a read for a replica: none of them slides. Returns their lengths.
  static func encode(
    reading command: borrowing SessionCommand, space: borrowing KeySpace,
    into log: inout ByteBuffer
  ) -> CommandLengths {
    let start = log.count
    if command.verb != .get { one("PTTL", space, command.id, in: &log) }
    let first = log.count - start
    if command.verb == .inspect {
      beginning("350", space, command.id, in: &log)
    } else {
      one("GET", space, command.id, in: &log)
    }
    let total = log.count - start
    return first == 0 ? CommandLengths(total) : CommandLengths(first: first, of: total)
  }

  /// The length of what `asking` writes, in bytes.
  static let askingLength = 16

  /// `ASKING`, in front of each command that an ASK redirected to another node.
  static func asking(in log: inout ByteBuffer) {
    CommandWriter.begin(1, "ASKING", in: &log)
  }

  /// `PEXPIRE key idle GT`, or a script that goes by the record.
  static func slide(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, byRecord: Bool,
    in log: inout ByteBuffer
  ) {
    if byRecord { return ScriptedCommand.touch(space, id, into: &log) }
    CommandWriter.begin(4, "PEXPIRE", in: &log)
    key(space, id, in: &log)
    log.append(space.milliseconds)
    CommandWriter.argument("GT", in: &log)
  }

  /// `GETRANGE key 0 95`, the header of whatever record is there. Returns where the key argument is
  /// in the log.
  @discardableResult
  static func header(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, in log: inout ByteBuffer
  ) -> Range<Int> {
    beginning("95", space, id, in: &log)
  }

  /// `PEXPIRE key 1` and `PTTL key`, with a key that is no session's: only a node that serves its
  /// slot carries them out, and they change nothing.
  static func probe(_ space: borrowing KeySpace, _ number: Int, in log: inout ByteBuffer) {
    let letters = Probe.letters(of: number)
    CommandWriter.begin(3, "PEXPIRE", in: &log)
    unsafe key(space, named: letters.span.bytes, in: &log)
    CommandWriter.argument("1", in: &log)
    CommandWriter.begin(2, "PTTL", in: &log)
    unsafe key(space, named: letters.span.bytes, in: &log)
  }

  /// `NAME key`
  static func one(
    _ name: StaticString, _ space: borrowing KeySpace, _ id: borrowing SessionID,
    in log: inout ByteBuffer
  ) {
    CommandWriter.begin(2, in: &log)
    CommandWriter.argument(name, in: &log)
    key(space, id, in: &log)
  }

  /// `GETRANGE key 0 last`: up to byte 95 for a record's header, up to byte 350 for the longest
  /// content type, too. Returns where the key argument is in the log.
  @inline(__always)
  @discardableResult
  private static func beginning(
    _ last: StaticString, _ space: borrowing KeySpace, _ id: borrowing SessionID,
    in log: inout ByteBuffer
  ) -> Range<Int> {
    CommandWriter.begin(4, "GETRANGE", in: &log)
    let start = log.count
    key(space, id, in: &log)
    let end = log.count
    CommandWriter.argument("0", in: &log)
    CommandWriter.argument(last, in: &log)
    return start..<end
  }

  /// `SET key record PX milliseconds NX | XX`
  private static func set(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace,
    begun: Beginning, in log: inout ByteBuffer
  ) {
    CommandWriter.begin(6, "SET", in: &log)
    key(space, command.id, in: &log)
    recordAndExpiry(command, request: request, space, as: .conditional, begun: begun, in: &log)
    switch command.condition {
    case .absent: CommandWriter.argument("NX", in: &log)
    case .exists: CommandWriter.argument("XX", in: &log)
    case .none, .matches: preconditionFailure("others are not decided by SET alone")
    }
  }

  /// `record PX milliseconds`
  private static func recordAndExpiry(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace,
    as kind: WriteStamp.Kind, begun: Beginning, in log: inout ByteBuffer
  ) {
    record(command, request: request, as: kind, begun: begun, in: &log)
    if command.ownIdleTimeout == 0 {
      log.append(space.expiry)
    } else {
      expiry(command.ownIdleTimeout * 1_000, in: &log)
    }
  }

  /// The record that a `put` stores: header, content type, payload.
  static func record(
    _ command: borrowing SessionCommand, request: RawSpan, as kind: WriteStamp.Kind,
    begun: Beginning, in log: inout ByteBuffer
  ) {
    let header = RecordHeader(
      contentTypeLength: command.contentType.count, payloadLength: command.payload.count,
      version: command.version, created: begun.wall, ownIdleTimeout: command.ownIdleTimeout,
      stamp: begun.stamp(kind))
    log.reserve(header.recordLength + 512)
    let record = CommandWriter.open(byteCount: header.recordLength, in: &log)
    let encoded = header.encoded
    unsafe log.append(encoded.span.bytes)
    log.append(request.extracting(command.contentType.indices))
    log.append(request.extracting(command.payload.indices))
    CommandWriter.close(record, in: &log)
  }

  /// `PX milliseconds`
  static func expiry(_ milliseconds: Int, in log: inout ByteBuffer) {
    CommandWriter.argument("PX", in: &log)
    CommandWriter.argument(decimal: milliseconds, in: &log)
  }

  static func key(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, in log: inout ByteBuffer
  ) {
    key(space, named: id.bytes, in: &log)
  }

  @inline(__always)
  private static func key(
    _ space: borrowing KeySpace, named name: RawSpan, in log: inout ByteBuffer
  ) {
    let key = CommandWriter.open(byteCount: space.prefix.byteCount + name.byteCount + 1, in: &log)
    log.append(space.prefix)
    log.append(name)
    log.append(UInt8(ascii: "}"))
    CommandWriter.close(key, in: &log)
  }
}
