// The repeat of a lost write: on condition that what was last found is still there. Any write that
// came in between may have known of the lost one, and must not be undone (docs/decisions/0010).
//
//   SET key record PX idle       becomes  EVALSHA repeated 1 key SET record PX idle found
//   UNLINK key                            EVALSHA repeated 1 key UNLINK found
//   EVALSHA write | delete ...            EVALSHA write | delete ... found
//
// `found` is the version that was found, or eight zeros when there was no session. Its length is
// fixed because its value is filled in after the rest is encoded. The write's other command is left
// out: the question has shown what its read would show, and a staged record goes as an argument. So
// the payload passes through Lua, once.

import Primitives
import Redis
import Sessions

/// Encodes the repeat of a lost write.
enum RepeatedWrite {
  /// The last argument's version and line end, in bytes.
  private static let foundLength = 8 + 2

  /// Writes the repeat of `operation`, whose deciding command begins at `start`. Its `found` is
  /// left as zeros, for `demand` to fill in.
  static func encode(
    _ commands: borrowing ByteBuffer, from start: Int, of operation: borrowing Operation,
    _ space: borrowing KeySpace, _ id: borrowing SessionID, into copy: inout ByteBuffer
  ) {
    let commands = commands.bytes
    var walk = ArgumentWalk(commands, from: start)
    if operation.isScripted {
      CommandWriter.begin(walk.count + 1, in: &copy)
    } else {
      let name = walk.next(in: commands)
      _ = walk.next(in: commands)
      ScriptedCommand.begin(
        .repeated, arguments: walk.count, space, id, in: &copy)
      CommandWriter.argument(commands.extracting(name), in: &copy)
    }
    copy.append(commands.extracting(droppingFirst: walk.at))
    let found = CommandWriter.open(byteCount: 8, in: &copy)
    copy.append(networkOrder: 0)
    CommandWriter.close(found, in: &copy)
  }

  /// Makes the repeat act only if this is found.
  static func demand(_ found: Operation.Prior, in commands: inout ByteBuffer) {
    commands.truncate(to: commands.count - foundLength)
    switch found {
    case .version(let version): commands.append(networkOrder: version.bits)
    case .nothing: commands.append(networkOrder: 0)
    case .unknown: preconditionFailure("a write goes again only over what was found")
    }
    commands.append("\r\n")
  }
}
