// A session's command as RESP, written straight into a pipeline's log.

import Primitives
import Redis
import Sessions

/// Writes an operation's commands at the end of a buffer.
enum CommandEncoder {
  /// How long the part of a record is that `inspect` reads: its header and any content type.
  private static let inspected = RecordHeader.length + RecordHeader.longestContentType

  /// Writes the commands of `command` and returns their lengths; the second is 0 for but one.
  static func encode(
    _ command: borrowing SessionCommand, request: RawSpan, space: borrowing KeySpace,
    begun: Beginning, into log: inout ByteBuffer
  ) -> (Int, Int) {
    if command.needsScript(in: space) {
      return ScriptedCommand.encode(
        command, request: request, space: space, begun: begun, into: &log)
    }
    let start = log.count
    let idle =
      command.ownIdleTimeout == 0 ? space.idleMilliseconds : command.ownIdleTimeout * 1_000
    switch command.verb {
    case .get:
      CommandWriter.begin(4, in: &log)
      CommandWriter.argument("GETEX", in: &log)
      key(space, command.id, in: &log)
      log.append(space.expiry)
      return (log.count - start, 0)
    case .peek:
      one("PTTL", space, command.id, in: &log)
      let first = log.count - start
      one("GET", space, command.id, in: &log)
      return (first, log.count - start - first)
    case .inspect:
      one("PTTL", space, command.id, in: &log)
      let first = log.count - start
      head(inspected, space, command.id, in: &log)
      return (first, log.count - start - first)
    case .put:
      if command.condition == .none { head(RecordHeader.length, space, command.id, in: &log) }
      let first = log.count - start
      set(command, request: request, space, idle: idle, begun: begun, in: &log)
      let last = log.count - start - first
      return first == 0 ? (last, 0) : (first, last)
    case .touch:
      head(RecordHeader.length, space, command.id, in: &log)
      let first = log.count - start
      slide(space, command.id, milliseconds: space.idleMilliseconds, in: &log)
      return (first, log.count - start - first)
    case .delete:
      one("UNLINK", space, command.id, in: &log)
      return (log.count - start, 0)
    case .lock, .renew, .unlock:
      preconditionFailure("what is done about a lock is decided by a script")
    }
  }

  /// Writes the commands of a read that a replica answers as well as its primary: none of them slides.
  static func encode(
    reading command: borrowing SessionCommand, space: borrowing KeySpace,
    into log: inout ByteBuffer
  ) -> (Int, Int) {
    let start = log.count
    if command.verb != .get { one("PTTL", space, command.id, in: &log) }
    let first = log.count - start
    if command.verb == .inspect {
      head(inspected, space, command.id, in: &log)
    } else {
      one("GET", space, command.id, in: &log)
    }
    let last = log.count - start - first
    return first == 0 ? (last, 0) : (first, last)
  }

  /// How many bytes `asking` writes.
  static let askingLength = 16

  /// `ASKING`, which goes in front of each command that ASK sent to another node.
  static func asking(in log: inout ByteBuffer) {
    CommandWriter.begin(1, in: &log)
    CommandWriter.argument("ASKING", in: &log)
  }

  /// `PEXPIRE key milliseconds [GT]`; with `GT` a timeout that is longer already stays.
  static func slide(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, milliseconds: Int,
    unlessLonger: Bool = false, in log: inout ByteBuffer
  ) {
    CommandWriter.begin(unlessLonger ? 4 : 3, in: &log)
    CommandWriter.argument("PEXPIRE", in: &log)
    key(space, id, in: &log)
    CommandWriter.argument(decimal: milliseconds, in: &log)
    if unlessLonger { CommandWriter.argument("GT", in: &log) }
  }

  /// What sets a timeout that the command in front could not know.
  static func correct(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, _ correction: Operation.Correction,
    in log: inout ByteBuffer
  ) {
    switch correction {
    case .milliseconds(let milliseconds): slide(space, id, milliseconds: milliseconds, in: &log)
    case .record(let version): ScriptedCommand.touch(space, id, version, into: &log)
    }
  }

  /// `GETRANGE key 0 95`, the header of whatever record is there.
  static func header(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, in log: inout ByteBuffer
  ) {
    head(RecordHeader.length, space, id, in: &log)
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

  /// `GETRANGE key 0 length-1`
  private static func head(
    _ length: Int, _ space: borrowing KeySpace, _ id: borrowing SessionID, in log: inout ByteBuffer
  ) {
    CommandWriter.begin(4, in: &log)
    CommandWriter.argument("GETRANGE", in: &log)
    key(space, id, in: &log)
    CommandWriter.argument("0", in: &log)
    CommandWriter.argument(decimal: length - 1, in: &log)
  }

  /// `SET key record PX milliseconds [NX | XX]`
  private static func set(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace, idle: Int,
    begun: Beginning, in log: inout ByteBuffer
  ) {
    CommandWriter.begin(command.condition == .none ? 5 : 6, in: &log)
    CommandWriter.argument("SET", in: &log)
    key(space, command.id, in: &log)
    let kind: WriteStamp.Kind = command.condition == .none ? .plain : .conditional
    record(command, request: request, as: kind, begun: begun, in: &log)
    if idle == space.idleMilliseconds { log.append(space.expiry) } else { expiry(idle, in: &log) }
    switch command.condition {
    case .none: break
    case .absent: CommandWriter.argument("NX", in: &log)
    case .exists: CommandWriter.argument("XX", in: &log)
    case .matches: preconditionFailure("a list of versions is compared by a script")
    }
  }

  /// The record that a `put` keeps: header, content type, payload.
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
    let key = CommandWriter.open(byteCount: space.prefix.byteCount + id.count + 1, in: &log)
    log.append(space.prefix)
    log.append(id.bytes)
    log.append(UInt8(ascii: "}"))
    CommandWriter.close(key, in: &log)
  }
}
