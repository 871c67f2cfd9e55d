import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

/// A write is handed over, its connection ends before any answer, and its key is looked at.
@Suite("What became of a write of which no answer came")
struct FateTests {
  let key = "sg:{first:\(ID.low)}"
  let mine = SessionVersion(bits: 5)
  let theirs = Call.put(ID.low, version: 6)
  let put = Call.put(ID.low, version: 5)

  /// Loses `call` after a second, its reading answered where `seen` says so, and shows what `found`
  /// gives for its world. The commands that follow are the repeat.
  private func lose(
    _ call: Call, seen: [UInt8] = [], _ found: (ScriptedNodes) -> [UInt8]
  ) -> (world: ScriptedNodes, number: UInt32, repeated: [String]) {
    let world = ScriptedNodes.cluster()
    world.pass(milliseconds: 1_000)
    let number = world.call(call)
    if !seen.isEmpty { world.say(7000, seen) }
    let sent = world.taken(by: 7000)
    let found = found(world)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == ["GETRANGE \(key) 0 95"])
    world.say(7000, found)
    let repeated = world.taken(by: 7000)
    let version = found.count > 96 ? theirs.version : nil
    #expect(repeated.isEmpty || repeated == [Command.again(sent.last!, over: version)])
    return (world, number, repeated)
  }

  private func header(
    _ world: ScriptedNodes, _ stamp: WriteStamp, wall ago: Int64 = 0
  ) -> [UInt8] {
    Say.header(theirs, stamp: stamp, wall: world.wall - ago)
  }

  @Test("Nothing is there: it goes again, and is a creation")
  func nothing() {
    let (world, call, repeated) = lose(put) { _ in Array(Say.empty.utf8) }
    #expect(repeated.count == 1)
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .created(mine))
    #expect(world.counters.verifiedRepeated == 1)
    #expect(world.depth == 0)
  }

  /// Carried out, seen by another caller and removed by it, or never carried out: a refusal would be untrue
  /// in the first case.
  @Test("Nothing is there and a session or a lock was demanded: nobody knows")
  func nothingForDemands() {
    for call in [put.when(.exists), put.when(version: 4), put.holding(7)] {
      let (world, number, repeated) = lose(call) { _ in Array(Say.empty.utf8) }
      #expect(repeated == [])
      #expect(world.outcomes[number] == .fault(.outcomeUnknown))
    }
    let (_, _, repeated) = lose(put.when(.absent)) { _ in Array(Say.empty.utf8) }
    #expect(repeated.count == 1)
  }

  @Test("A plain delete where an absolute timeout makes it a script: gone is gone")
  func deletedByScript() {
    let world = ScriptedNodes.cluster()
    let id = (0...).lazy.map { "id\($0)" }.first { ID.slot($0, in: "ending") < 8192 }!
    let call = world.call(.delete(id).within(ContractNamespaces.ending))
    #expect(world.taken(by: 7000).first?.hasPrefix("EVALSHA") == true)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, Say.empty)
    #expect(world.outcomes[call] == .deleted)
  }

  @Test("What its reading saw is gone: it must not come back")
  func removed() {
    let (world, call, repeated) = lose(put, seen: Say.header(theirs)) { _ in Array(Say.empty.utf8) }
    #expect(repeated == [])
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
  }

  @Test(
    "A write that this process began before it is there: it goes again",
    arguments: [WriteStamp.Kind.plain, .conditional, .scripted])
  func older(_ kind: WriteStamp.Kind) {
    let (world, call, repeated) = lose(put) { header($0, $0.stamp(kind, before: 1)) }
    #expect(repeated.count == 1)
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(mine))
  }

  @Test("A plain write that was begun after it is there: as if it had happened just before")
  func younger() {
    let (world, call, repeated) = lose(put) { header($0, $0.stamp(before: -1)) }
    #expect(repeated == [])
    #expect(world.outcomes[call] == .replaced(mine))
    #expect(world.counters.verifiedSuperseded == 1)
    #expect(world.counters.unknownOutcomes == 0)
  }

  @Test(
    "A write under a condition that was begun after it is there: nobody knows",
    arguments: [WriteStamp.Kind.conditional, .scripted, .unknown])
  func youngerCondition(_ kind: WriteStamp.Kind) {
    let (world, call, repeated) = lose(put) { header($0, $0.stamp(kind, before: -1)) }
    #expect(repeated == [])
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
  }

  @Test(
    "Another process's write: the wall clocks tell, if a second lies between",
    arguments: [
      (1_001, WriteStamp.Kind.plain, "again"), (1_000, .plain, "unknown"), (0, .plain, "unknown"),
      (-1_000, .plain, "unknown"), (-1_001, .plain, "superseded"),
      (60_000, .conditional, "again"), (60_000, .scripted, "unknown"),
      (-60_000, .conditional, "unknown"),
    ] as [(Int64, WriteStamp.Kind, String)])
  func otherProcess(_ ago: Int64, _ kind: WriteStamp.Kind, _ fate: String) {
    // Its monotonic clock says the opposite, and is not asked.
    let (world, call, repeated) = lose(put) {
      header($0, $0.stamp(kind, before: ago > 0 ? -500 : 500, by: 8), wall: ago)
    }
    #expect(repeated.isEmpty == (fate != "again"))
    switch fate {
    case "again": #expect(world.outcomes[call] == nil)
    case "superseded": #expect(world.outcomes[call] == .replaced(mine))
    default: #expect(world.outcomes[call] == .fault(.outcomeUnknown))
    }
  }

  @Test("Under a condition: it goes again over an earlier write; what a later one means is unknown")
  func condition() {
    for condition in [Condition.exists, .absent] {
      let call = put.when(condition)
      let (world, number, repeated) = lose(call) { header($0, $0.stamp(before: 1)) }
      #expect(repeated.count == 1)
      world.say(7000, condition == .exists ? Say.ok : Say.null)
      let refused = Outcome.conditionFailed(present: nil)
      #expect(world.outcomes[number] == (condition == .exists ? .replaced(mine) : refused))
      let later = lose(call) { header($0, $0.stamp(before: -1)) }
      #expect(later.repeated == [])
      #expect(later.world.outcomes[later.number] == .fault(.outcomeUnknown))
    }
  }

  @Test("A creation that is there was one")
  func created() {
    let (world, call, _) = lose(put.when(.absent)) { _ in Say.header(put) }
    #expect(world.outcomes[call] == .created(mine))
  }

  @Test("A delete goes again where an earlier write is, and is done where a later one is")
  func delete() {
    let earlier = lose(.delete(ID.low)) { header($0, $0.stamp(before: 1)) }
    #expect(earlier.repeated.count == 1)
    earlier.world.say(7000, Say.one)
    #expect(earlier.world.outcomes[earlier.number] == .deleted)
    let later = lose(.delete(ID.low)) { header($0, $0.stamp(before: -1)) }
    #expect(later.repeated == [])
    #expect(later.world.outcomes[later.number] == .deleted)
    let conditional = lose(.delete(ID.low)) { header($0, $0.stamp(.conditional, before: -1)) }
    #expect(conditional.world.outcomes[conditional.number] == .fault(.outcomeUnknown))
    // It may have found no session, and been refused for that.
    let demanding = lose(.delete(ID.low).when(.exists)) { header($0, $0.stamp(before: -1)) }
    #expect(demanding.world.outcomes[demanding.number] == .fault(.outcomeUnknown))
  }

  /// The delete of one version can only be 412, where another one was there all the time; that of any
  /// session, too, where another delete came before the later write.
  @Test(
    "A delete under a condition, whose repeat meets a later write: nobody knows",
    arguments: [Call.delete(ID.low).when(version: 3), Call.delete(ID.low).when(.exists)])
  func deletedElsewhere(_ delete: Call) {
    let world = ScriptedNodes.cluster()
    world.pass(milliseconds: 1_000)
    let call = world.call(delete)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    _ = world.taken(by: 7000)
    world.say(7000, Say.header(.put(ID.low, version: 4), stamp: world.stamp(before: 60_000)))
    #expect(world.taken(by: 7000).count == 1)
    world.say(7000, Say.changed(.put(ID.low, version: 6), stamp: world.stamp(before: 0)))
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
  }

  @Test("What is found cannot be read: nobody knows")
  func unreadable() {
    let (world, call, repeated) = lose(put) { _ in Say.bulk(Array("foreign".utf8)) }
    #expect(repeated == [])
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
  }

  @Test("The stamp in what a put writes is read back", arguments: [Condition.none, .exists])
  func stamped(_ condition: Condition) {
    let world = ScriptedNodes.cluster()
    _ = world.call(put.when(condition))
    let record = world.lastRecord(at: 7000)
    #expect(record?.stamp == world.stamp(condition == .none ? .plain : .conditional, before: 0))
    #expect(record?.created.milliseconds == world.wall)
  }

  @Test(
    "A read or slide whose first command alone was refused is done again",
    arguments: [Call.peek(ID.low), .inspect(ID.low), .touch(ID.low)])
  func firstRefused(_ call: Call) {
    let world = ScriptedNodes.cluster()
    let number = world.call(call)
    let sent = world.taken(by: 7000)
    let second = call.verb == .touch ? Array(Say.one.utf8) : Say.session(theirs)
    world.say(7000, Array("-CLUSTERDOWN no\r\n".utf8) + second)
    #expect(world.outcomes[number] == nil)
    world.pass(milliseconds: 50)
    #expect(world.taken(by: 7000) == sent)
  }
}
