// How nodes come to know the scripts.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Gives a node the scripts that it said it does not know. Nobody waits for the answers: what needed
  /// a script is sent again behind them. Once for all operations that meet the same ignorance.
  mutating func loadScripts(on link: Link, at now: Instant) {
    guard nodes[link].scriptsLoadedAt + .milliseconds(100) <= now else { return }
    nodes[link].scriptsLoadedAt = now
    for script in Script.allCases {
      guard !operations.isFull, nodes[link].pipeline.hasSpareRoom else { return }
      let mark = nodes[link].pipeline.log.count
      ScriptedCommand.load(script, into: &nodes[link].pipeline.log)
      var loading = Operation.loading(until: now + configuration.limits.silence)
      loading.commandLengths = (nodes[link].pipeline.log.count - mark, 0)
      enqueue(operations.insert(loading), on: link, from: mark, asking: false, at: now)
    }
  }

  /// The commands of a refused operation, as they are to be sent again: a staged record whose slot is
  /// on its way goes as an argument.
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
    RecordStaging.inlined(commands, first: operations[handle].commandLengths.0, into: &whole)
    operations[handle].commandLengths = (whole.count, 0)
    spare.give(commands)
    return whole
  }
}
