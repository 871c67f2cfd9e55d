// How nodes get the scripts.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Sends a node the scripts after it answered NOSCRIPT. Nothing waits for the answers: the
  /// commands that need a script are sent again behind them. At most once per `scriptPause`, so that
  /// operations that fail together load them once; if the connection is lost meanwhile, the next
  /// NOSCRIPT loads them again.
  mutating func loadScripts(on link: Link, at now: Instant) {
    guard nodes[link].scripts.loadedAt + configuration.limits.scriptPause <= now,
      nodes[link].pipeline.hasSpareRoom
    else { return }
    let mark = nodes[link].pipeline.log.count
    for script in Script.allCases {
      ScriptedCommand.load(script, into: &nodes[link].pipeline.log)
    }
    nodes[link].scripts.loadedAt = now
    nodes[link].scripts.sequence = enqueueOwn(
      on: link, from: mark, replies: Script.allCases.count, at: now)
  }

  /// Takes a node's answer to the loading of a script: only an error matters, such as from an ACL
  /// that does not allow it.
  mutating func takeLoading(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    guard nodes[link].scripts.sequence == entry.sequence, nodes[link].reply.kind == .error else {
      return
    }
    note(RedisError(nodes[link].reply.string()), of: link, at: now)
  }

  /// The commands of a refused operation, as they are to be sent again. If its slot is being moved,
  /// a staged record goes as an argument.
  mutating func commandsToRepeat(
    _ handle: Ticket, _ error: RedisError, on link: Link
  ) -> ByteBuffer {
    let commands = copyFront(of: link)
    return isHalved(handle, error) ? inlined(handle, commands) : commands
  }

  /// Whether the two keys of an operation may be on two nodes.
  private func isHalved(_ handle: Ticket, _ error: RedisError) -> Bool {
    guard operations[handle].isStaged else { return false }
    switch error {
    case .ask, .tryAgain, .crossSlot: return true
    default: return false
    }
  }

  mutating func inlined(
    _ handle: Ticket, _ commands: consuming ByteBuffer
  ) -> ByteBuffer {
    var whole = spare.take()
    RecordStaging.inlined(commands, first: operations[handle].commandLengths.first, into: &whole)
    operations[handle].commandLengths = CommandLengths(whole.count)
    spare.give(commands)
    return whole
  }
}
