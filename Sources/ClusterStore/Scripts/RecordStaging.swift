// A write that a script decides. A short record is an argument of the script. A longer one is first
// set under a key of its own in the same slot, with five seconds to live, and the script renames
// it, which moves no byte. Both commands are sent in one piece:
//
//   SET sg:{ns:id}:VERSION record PX 5000
//   EVALSHA write 2 sg:{ns:id} sg:{ns:id}:VERSION condition token unlocks idle absolute
//
// Nothing is left behind. A refused write unlinks the staged record, even on a node that has no
// memory left for the second command. If that command never arrives, or the node fails between the
// two, the record expires. No other write can touch it, because its key contains the version, which
// is unique to this write.
//
// While the slot is being moved, the two keys may be on two nodes: then the record is sent again as
// the script's argument (`inlined`), whatever its length.
//
// Rejected: MULTI around the two. It would only avoid the five seconds after a lost connection,
// costs two more commands for each write, and cannot be combined with ASKING.

import Primitives
import Redis
import Sessions

/// Encodes a `put` that a script decides.
enum RecordStaging {
  /// The longest record that passes through Lua, in bytes. Lua copies an argument three times and
  /// hashes it; up to about this length that costs Redis less than a second key. Measured by
  /// `Scripts/bench-staging`.
  static let threshold = 1_024

  /// Writes the commands of a `put` and returns their lengths.
  static func encode(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace,
    begun: Beginning, into log: inout ByteBuffer
  ) -> CommandLengths {
    let start = log.count
    let length =
      RecordHeader.length + command.contentType.count + command.payload.count
    if length <= threshold {
      ScriptedCommand.begin(.write, arguments: 6, space, command.id, in: &log)
      arguments(command, request: request, space, in: &log)
      CommandEncoder.record(command, request: request, as: .scripted, begun: begun, in: &log)
      return CommandLengths(log.count - start)
    }
    CommandWriter.begin(5, "SET", in: &log)
    stagedKey(command, space, in: &log)
    CommandEncoder.record(command, request: request, as: .scripted, begun: begun, in: &log)
    CommandWriter.argument("PX", in: &log)
    CommandWriter.argument("5000", in: &log)
    let first = log.count - start
    CommandWriter.begin(10, "EVALSHA", in: &log)
    CommandWriter.argument(Script.write.digest, in: &log)
    CommandWriter.argument("2", in: &log)
    CommandEncoder.key(space, command.id, in: &log)
    stagedKey(command, space, in: &log)
    arguments(command, request: request, space, in: &log)
    return CommandLengths(first: first, of: log.count - start)
  }

  /// The same write with its record as an argument of the script.
  ///
  /// - Parameter first: the length of the command that stages the record, at the front of
  ///   `commands`.
  static func inlined(
    _ commands: borrowing ByteBuffer, first: Int, into copy: inout ByteBuffer
  ) {
    let bytes = commands.bytes
    var staging = ArgumentWalk(bytes, from: 0)
    _ = staging.next(in: bytes)
    _ = staging.next(in: bytes)
    let record = staging.next(in: bytes)
    var write = ArgumentWalk(bytes, from: first)
    CommandWriter.begin(10, in: &copy)
    for place in 0..<10 {
      let argument = write.next(in: bytes)
      switch place {
      case 2: CommandWriter.argument("1", in: &copy)
      case 4: break
      default: CommandWriter.argument(bytes.extracting(argument), in: &copy)
      }
    }
    CommandWriter.argument(bytes.extracting(record), in: &copy)
  }

  /// The arguments condition, token, unlocks, idle, absolute.
  private static func arguments(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace,
    in log: inout ByteBuffer
  ) {
    let (own, limit) = (command.ownIdleTimeout, Int(command.absoluteTimeout))
    ScriptedCommand.condition(command, request: request, in: &log)
    ScriptedCommand.token(command.heldLock, in: &log)
    CommandWriter.argument(command.unlocks ? "1" : "", in: &log)
    CommandWriter.argument(decimal: own == 0 ? space.idleMilliseconds : own * 1_000, in: &log)
    CommandWriter.argument(
      decimal: limit == 0 ? space.absoluteMilliseconds : limit * 1_000, in: &log)
  }

  /// `sg:{ns:id}:` and the 16 digits of the version.
  private static func stagedKey(
    _ command: borrowing SessionCommand, _ space: borrowing KeySpace, in log: inout ByteBuffer
  ) {
    let key = CommandWriter.open(
      byteCount: space.prefix.byteCount + command.id.count + 18, in: &log)
    log.append(space.prefix)
    log.append(command.id.bytes)
    log.append("}:")
    log.append(hexadecimal: command.version.bits)
    CommandWriter.close(key, in: &log)
  }
}
