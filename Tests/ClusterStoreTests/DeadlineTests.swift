import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What a caller who gives up is told, at every stage")
struct DeadlineTests {
  let put = Call.put(ID.low, version: 5)

  @Test("Parked: surely not carried out, and never sent later")
  func parked() {
    let world = ScriptedNodes.cluster()
    world.die(7000)
    let call = world.call(put)
    #expect(world.parkedCount == 1)
    #expect(world.abandon(call) == .deadlinePassed)
    world.down = []
    world.pass(milliseconds: 3_000)
    #expect(world.taken(by: 7000) == [])
    #expect(world.parkedCount == 0)
  }

  @Test("Queued and not handed over: surely not carried out, and never sent later")
  func queued() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 0
    let first = world.submit(put)
    let second = world.submit(.get(ID.low2))
    world.settle()
    #expect(world.abandon(first) == .deadlinePassed)
    world.settle()
    world.widen(7000, by: 100_000)
    #expect(world.taken(by: 7000) == ["GETEX sg:{first:\(ID.low2)} PX 1200000"])
    world.say(7000, Say.null)
    #expect(world.outcomes[second] == .missing)
  }

  @Test("Queued behind what is on its way: taken back from the middle")
  func queuedBehind() {
    let world = ScriptedNodes.cluster()
    let first = world.call(.get(ID.low2))
    world.windows[7000] = 0
    let second = world.call(put)
    let third = world.call(.get(ID.low))
    #expect(world.abandon(second) == .deadlinePassed)
    world.widen(7000, by: 100_000)
    #expect(world.taken(by: 7000).count == 2)
    world.say(7000, Say.null + Say.null)
    #expect(world.outcomes[first] == .missing)
    #expect(world.outcomes[third] == .missing)
  }

  @Test("Partly handed over: it cannot be taken back, and nobody knows")
  func partlyHanded() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 150
    let call = world.call(put)
    #expect(world.abandon(call) == .outcomeUnknown)
    world.widen(7000, by: 100_000)
    #expect(world.taken(by: 7000).count == 2)
    world.say(7000, Say.empty + Say.ok)
    #expect(world.outcomes[call] == nil)
    let next = world.call(.get(ID.low))
    world.say(7000, Say.null)
    #expect(world.outcomes[next] == .missing)
  }

  @Test("Handed over: nobody knows, and its answers are passed over")
  func handed() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    #expect(world.abandon(call) == .outcomeUnknown)
    let next = world.call(.get(ID.low))
    world.say(7000, Say.empty + Say.ok + Say.null)
    #expect(world.outcomes[call] == nil)
    #expect(world.outcomes[next] == .missing)
  }

  @Test(
    "A slide that was handed over: its session's own timeout is corrected nevertheless",
    arguments: [Verb.get, .touch])
  func handedSlide(_ verb: Verb) {
    let world = ScriptedNodes.cluster()
    let call = world.call(Call(verb, ID.low))
    #expect(world.abandon(call) == .outcomeUnknown)
    _ = world.taken(by: 7000)
    let own = Call.put(ID.low, version: 7, idleTimeout: 60)
    world.say(7000, verb == .get ? Say.session(own) : Say.header(own) + Array(Say.one.utf8))
    let correction = "EVALSHA \(Script.touch.digest) 1 sg:{first:\(ID.low)}  1200000"
    #expect(world.taken(by: 7000) == [correction])
    world.say(7000, Say.bulk(Array("T".utf8)))
    #expect(world.outcomes[call] == nil && world.depth == 0)
  }

  @Test("A slide that was handed over and lost: its end is nobody's, and comes in time")
  func handedSlideLost() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low), deadline: .seconds(2))
    #expect(world.abandon(call) == .outcomeUnknown)
    world.die(7000)
    world.pass(milliseconds: 2_100)
    #expect(world.outcomes[call] == nil && world.depth == 0)
  }

  @Test("Refused and waiting for its next attempt: surely not carried out")
  func refused() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.say(7000, Say.empty + "-CLUSTERDOWN no\r\n")
    #expect(world.abandon(call) == .deadlinePassed)
    _ = world.taken(by: 7000)
    world.pass(milliseconds: 500)
    #expect(world.taken(by: 7000) == [])
  }

  @Test("A slide that was lost once and waits: nobody knows")
  func lostSlide() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.touch(ID.low))
    world.die(7000)
    #expect(world.abandon(call) == .outcomeUnknown)
  }

  @Test("Ended and not yet taken: no completion comes, and the end is told")
  func ended() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 0
    let calls = [world.call(put), world.call(put, deadline: .milliseconds(10))]
    world.pass(milliseconds: 20)
    world.loseUnsettled(7000)
    #expect(world.abandon(calls[1]) == .unavailable)
    world.settle()
    #expect(world.outcomes[calls[1]] == nil)
  }

  @Test("The store itself ends what is parked beyond its deadline")
  func storesOwnDeadline() {
    let world = ScriptedNodes.cluster()
    world.die(7000)
    let call = world.call(put, deadline: .seconds(2))
    world.pass(milliseconds: 1_900)
    #expect(world.outcomes[call] == nil)
    world.pass(milliseconds: 200)
    #expect(world.outcomes[call] == .fault(.deadlinePassed))
    #expect(world.parkedCount == 0)
  }

  @Test("Bounds: what does not fit is refused before it is begun")
  func bounds() {
    let world = ScriptedNodes.cluster {
      $0.operations = 6
      $0.pipelineOperations = 4
      $0.parkedOperations = 1
    }
    let queued = (0..<5).map { _ in world.submit(.get(ID.low)) }
    #expect(world.outcomes[queued[3]] == nil)
    #expect(world.outcomes[queued[4]] == .fault(.overloaded))
    let others = (0..<3).map { _ in world.submit(.get(ID.high)) }
    #expect(world.outcomes[others[1]] == nil)
    #expect(world.outcomes[others[2]] == .fault(.overloaded))
    #expect(world.counters.overloaded == 2)
    world.settle()
    world.say(7000, String(repeating: Say.null, count: 4))
    #expect(world.outcomes[queued[3]] == .missing)
    let again = world.submit(.get(ID.low))
    #expect(world.outcomes[again] == nil)
  }

  @Test("Where a dead node's operations fill the room to wait, those of others still may")
  func roomOfOthers() {
    let world = ScriptedNodes.cluster { $0.parkedOperations = 1 }
    world.die(7000)
    let dead = [world.call(.get(ID.low)), world.call(.get(ID.low))]
    #expect(world.outcomes[dead[0]] == nil && world.outcomes[dead[1]] == .fault(.overloaded))
    let refused = world.call(.get(ID.high))
    world.say(7001, "-TRYAGAIN no\r\n")
    let lost = world.call(.touch(ID.high))
    world.hangUp(7001)
    #expect(world.outcomes[refused] == nil && world.outcomes[lost] == nil)
    world.habits[7001] = Say.null
    world.pass(milliseconds: 1_000)
    #expect(world.outcomes[refused] == .missing)
  }

  @Test("Bounds in bytes: what fills one, and nothing more", arguments: [false, true])
  func boundsInBytes(_ isParked: Bool) {
    let world = ScriptedNodes.cluster {
      if isParked { $0.parkedBytes = 1_000 } else { $0.pipelineBytes = 1_000 }
    }
    if isParked { world.die(7000) }
    let large = put.carrying([UInt8](repeating: 7, count: 600))
    let calls = (0..<3).map { _ in world.submit(large) }
    #expect(world.outcomes[calls[1]] == nil)
    #expect(world.outcomes[calls[2]] == .fault(.overloaded))
    #expect(world.counters.overloaded == 1)
  }

  @Test("Bytes that waited for a node take no room once they were sent")
  func parkedBytesAreGivenBack() {
    let world = ScriptedNodes.cluster { $0.parkedBytes = 2_000 }
    world.habits[7000] = Say.ok
    for version in UInt64(1)...5 {
      world.die(7000)
      let large = Call.put(ID.low, version: version)
      let call = world.call(large.carrying([UInt8](repeating: 7, count: 1_500)))
      #expect(world.outcomes[call] == nil && world.parkedCount == 1)
      world.down = []
      world.pass(milliseconds: 2_000)
      #expect(world.outcomes[call] == .created(SessionVersion(bits: version)))
    }
    #expect(world.counters.overloaded == 0)
  }

  @Test("Bounds: an end that was not taken yet has its place among what is under way")
  func endsNotTaken() {
    let world = ScriptedNodes.cluster {
      $0.operations = 3
      $0.ownOperations = 1
    }
    world.windows[7000] = 0
    let calls = (0..<3).map { _ in world.call(put, deadline: .milliseconds(10)) }
    world.pass(milliseconds: 20)
    world.loseUnsettled(7000)
    #expect(world.depth == 0 && world.store.hasCompletions)
    let more = world.submit(.get(ID.high))
    #expect(world.outcomes[more] == .fault(.overloaded))
    world.settle()
    #expect(calls.allSatisfy { world.outcomes[$0] != nil })
    world.habits[7001] = Say.null
    let again = world.call(.get(ID.high))
    #expect(world.outcomes[again] == .missing)
  }
}
