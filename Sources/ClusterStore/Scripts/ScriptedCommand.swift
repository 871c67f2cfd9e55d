// The commands that a script decides, as RESP, and which commands those are: whatever Redis's plain
// commands can do in one step stays plain.

import Primitives
import Redis
import Sessions

extension SessionCommand {
  /// Whether a script has to decide the command: it names a lock or versions, or writes to a
  /// session that may have an absolute deadline.
  borrowing func needsScript(in space: borrowing KeySpace) -> Bool {
    switch verb {
    case .get, .peek, .inspect: return false
    case .lock, .renew, .unlock: return true
    case .put, .touch, .delete:
      if condition == .matches { return true }
      if space.absoluteMilliseconds != 0 { return true }
      return !heldLock.isNone
    }
  }
}

/// Encodes commands that a script decides.
enum ScriptedCommand {
  /// Writes the commands of `command` and returns their lengths.
  static func encode(
    _ command: borrowing SessionCommand, request: RawSpan, space: borrowing KeySpace,
    begun: Beginning, into log: inout ByteBuffer
  ) -> CommandLengths {
    switch command.verb {
    case .put:
      return RecordStaging.encode(command, request: request, space, begun: begun, into: &log)
    case .lock:
      let start = log.count
      begin(.lock, arguments: 6, space, command.id, in: &log)
      token(command.heldLock, in: &log)
      words(command.lockRequest.high, command.lockRequest.low, in: &log)
      words(command.freshLock.high, command.freshLock.low, in: &log)
      CommandWriter.argument(decimal: Int(command.lease) * 1_000, in: &log)
      CommandWriter.argument(decimal: space.idleMilliseconds, in: &log)
      // One that yields ends with this answer, whatever it is.
      let (yields, isLook) = (command.yields, command.expectsRefusal)
      CommandWriter.argument(yields || isLook ? "1" : "", in: &log)
      let first = log.count - start
      if isLook, !yields { return CommandLengths(first) }
      CommandEncoder.one("GET", space, command.id, in: &log)
      return CommandLengths(first: first, of: log.count - start)
    default:
      let start = log.count
      encodeChange(command, request: request, space, into: &log)
      return CommandLengths(log.count - start)
    }
  }

  /// Turns a lock's script that leaves a free lock alone into one that takes it.
  static func takeLock(in commands: inout ByteBuffer) {
    commands.truncate(to: commands.count - "$1\r\n1\r\n".utf8.count)
    CommandWriter.argument("", in: &commands)
  }

  /// Writes a command that leaves the payload alone.
  private static func encodeChange(
    _ command: borrowing SessionCommand, request: RawSpan, _ space: borrowing KeySpace,
    into log: inout ByteBuffer
  ) {
    switch command.verb {
    case .touch:
      begin(.touch, arguments: 2, space, command.id, in: &log)
      condition(command, request: request, in: &log)
      CommandWriter.argument(decimal: space.idleMilliseconds, in: &log)
    case .delete:
      begin(.delete, arguments: 2, space, command.id, in: &log)
      condition(command, request: request, in: &log)
      token(command.heldLock, in: &log)
    case .renew:
      begin(.renew, arguments: 3, space, command.id, in: &log)
      token(command.heldLock, in: &log)
      CommandWriter.argument(decimal: Int(command.lease) * 1_000, in: &log)
      CommandWriter.argument(decimal: space.idleMilliseconds, in: &log)
    case .unlock:
      begin(.release, arguments: 2, space, command.id, in: &log)
      token(command.heldLock, in: &log)
      CommandWriter.argument(command.yields ? "1" : "", in: &log)
    case .get, .peek, .inspect, .put, .lock:
      preconditionFailure("a read is plain, and a put and a lock have two commands")
    }
  }

  /// A touch without a condition: it corrects a timeout.
  static func touch(
    _ space: borrowing KeySpace, _ id: borrowing SessionID, into log: inout ByteBuffer
  ) {
    begin(.touch, arguments: 2, space, id, in: &log)
    CommandWriter.argument("", in: &log)
    CommandWriter.argument(decimal: space.idleMilliseconds, in: &log)
  }

  /// `SCRIPT LOAD text`
  static func load(_ script: Script, into log: inout ByteBuffer) {
    CommandWriter.begin(3, "SCRIPT", in: &log)
    CommandWriter.argument("LOAD", in: &log)
    CommandWriter.argument(text: script.text, in: &log)
  }

  /// `EVALSHA digest 1 key`, in front of `arguments` further arguments.
  static func begin(
    _ script: Script, arguments: Int, _ space: borrowing KeySpace, _ id: borrowing SessionID,
    in log: inout ByteBuffer
  ) {
    CommandWriter.begin(4 + arguments, "EVALSHA", in: &log)
    CommandWriter.argument(script.digest, in: &log)
    CommandWriter.argument("1", in: &log)
    CommandEncoder.key(space, id, in: &log)
  }

  /// The condition in the form that scripts read.
  static func condition(
    _ command: borrowing SessionCommand, request: RawSpan, in log: inout ByteBuffer
  ) {
    switch command.condition {
    case .none: CommandWriter.argument("", in: &log)
    case .exists: CommandWriter.argument("*", in: &log)
    case .absent: CommandWriter.argument("!", in: &log)
    case .matches:
      var count = 0
      var counted = EntityTagList(command.versions)
      while counted.nextVersion(in: request) != nil { count += 1 }
      let list = CommandWriter.open(byteCount: 1 + 8 * count, in: &log)
      log.append(UInt8(ascii: "="))
      var versions = EntityTagList(command.versions)
      while let version = versions.nextVersion(in: request) {
        log.append(networkOrder: version.bits)
      }
      CommandWriter.close(list, in: &log)
    }
  }

  /// The token's 16 bytes, or an empty argument if there is none.
  static func token(_ token: LockToken, in log: inout ByteBuffer) {
    if token.isNone { return CommandWriter.argument("", in: &log) }
    words(token.high, token.low, in: &log)
  }

  private static func words(_ high: UInt64, _ low: UInt64, in log: inout ByteBuffer) {
    let both = CommandWriter.open(byteCount: 16, in: &log)
    log.append(networkOrder: high)
    log.append(networkOrder: low)
    CommandWriter.close(both, in: &log)
  }
}
