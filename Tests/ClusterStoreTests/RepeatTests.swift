import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

/// Version 5 is written and lost, 4 was begun before it, 6 after.
@Suite("A lost write goes again over what its question found, and over nothing else")
struct RepeatTests {
  let key = "sg:{first:\(ID.low)}"
  let put = Call.put(ID.low, version: 5)
  let earlier = Call.put(ID.low, version: 4)
  let later = Call.put(ID.low, version: 6)
  var question: String { "GETRANGE \(key) 0 95" }
  var set: String { "SET \(key) <record> PX 1200000" }
  var again: String { Command.again(set, over: 4) }

  /// A call is lost on the way to 7000, whose next connection has just been asked what is there.
  private func lose(
    _ call: Call, limits: (inout ClusterLimits) -> Void = { _ in }
  ) -> (world: ScriptedNodes, number: UInt32, sent: [String]) {
    let world = ScriptedNodes.cluster(limits: limits)
    world.pass(milliseconds: 1_000)
    let number = world.call(call)
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [question])
    return (world, number, sent)
  }

  private func stands(_ call: Call, _ world: ScriptedNodes, before age: Int = 60_000) -> [UInt8] {
    Say.header(call, stamp: world.stamp(before: age))
  }

  private func changed(_ call: Call, _ world: ScriptedNodes, before age: Int = 60_000) -> [UInt8] {
    Say.changed(call, stamp: world.stamp(before: age))
  }

  @Test("A write that comes between the question and the repeat is not undone")
  func anothers() {
    let (world, call, _) = lose(put)
    world.say(7000, stands(earlier, world))
    #expect(world.taken(by: 7000) == [again])
    world.say(7000, changed(later, world, before: 0))
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
    #expect(world.taken(by: 7000) == [])
    #expect(world.verdicts == 2)
    #expect(world.counters.verifiedRepeated == 1)
    #expect(world.counters.verifiedSuperseded == 1)
    #expect(world.depth == 0)
  }

  @Test("Nor is one of the same worker's, which waited and follows the question at once")
  func parked() {
    let world = ScriptedNodes.cluster()
    world.pass(milliseconds: 1_000)
    let call = world.call(put)
    _ = world.taken(by: 7000)
    world.die(7000)
    let next = world.call(later)
    let begun = world.stamp(before: 0)
    world.down = []
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [question, question, set])
    world.say(7000, stands(earlier, world) + stands(earlier, world) + Array(Say.ok.utf8))
    #expect(world.outcomes[next] == .replaced(SessionVersion(bits: 6)))
    #expect(world.taken(by: 7000) == [again])
    world.say(7000, Say.changed(later, stamp: begun))
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
    #expect(world.taken(by: 7000) == [])
  }

  @Test("A repeat that is lost goes again as it is; where it was carried out, its script says so")
  func lostAgain() {
    let (world, call, _) = lose(put)
    world.say(7000, stands(earlier, world))
    #expect(world.taken(by: 7000) == [again])
    world.hangUp(7000)
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7000) == [again])
    world.say(7000, changed(put, world))
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
    #expect(world.counters.verifiedExecuted == 1)
    #expect(world.depth == 0)
  }

  @Test("A repeat whose connection ends before it was sent is no plain write on the next one")
  func unsent() {
    let (world, call, _) = lose(put)
    world.windows[7000] = 0
    world.say(7000, stands(earlier, world))
    #expect(world.taken(by: 7000) == [])
    world.windows = [:]
    world.hangUp(7000)
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7000) == [again])
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
  }

  @Test("Over what is there by now, be it a session or nothing")
  func nothing() {
    for call in [put, put.when(.absent)] {
      let (world, number, sent) = lose(call)
      world.say(7000, Say.empty)
      #expect(world.taken(by: 7000) == [Command.again(sent.last!)])
      world.say(7000, changed(earlier, world))
      #expect(world.taken(by: 7000) == [Command.again(sent.last!, over: 4)])
      world.say(7000, Say.changed())
      #expect(world.taken(by: 7000) == [Command.again(sent.last!)])
      world.say(7000, Say.ok)
      #expect(world.outcomes[number] == .created(SessionVersion(bits: 5)))
    }
  }

  @Test("A delete removes what was found, not what came since")
  func delete() {
    for call in [Call.delete(ID.low), Call.delete(ID.low).when(.exists)] {
      let (world, number, _) = lose(call)
      world.say(7000, stands(earlier, world))
      #expect(world.taken(by: 7000) == [Command.again("UNLINK \(key)", over: 4)])
      world.say(7000, changed(later, world, before: 0))
      let isPlain = call.condition == .none
      #expect(world.outcomes[number] == (isPlain ? .deleted : .fault(.outcomeUnknown)))
      #expect(world.taken(by: 7000) == [])
    }
  }

  @Test("What a script decides asks it for one thing more, and a staged record goes as an argument")
  func scripted() {
    let long = put.carrying(Array(repeating: 1, count: 5_000))
    let short = [put.when(version: 4), put.holding(7), Call.delete(ID.low).holding(7)]
    for call in short + [long.when(version: 4), long.holding(7)] {
      let (world, number, sent) = lose(call)
      world.say(7000, stands(earlier, world))
      let repeated = world.taken(by: 7000)
      if sent.count == 1 { #expect(repeated == [Command.again(sent[0], over: 4)]) }
      #expect(repeated.count == 1 && repeated[0].hasSuffix("\0\0\0\0\0\0\0\u{4}"))
      #expect(repeated[0].contains("<record>") == (call.verb == .put))
      world.say(7000, changed(Call.put(ID.low, version: 3), world))
      #expect(world.taken(by: 7000) == [String(repeated[0].dropLast()) + "\u{3}"])
      world.say(7000, call.verb == .put ? "$1\r\nR\r\n" : "$1\r\nD\r\n")
      let version = SessionVersion(bits: 5)
      #expect(world.outcomes[number] == (call.verb == .put ? .replaced(version) : .deleted))
    }
  }

  @Test("A node that does not know the script is given it, and the repeat goes again")
  func noScript() {
    let (world, call, _) = lose(put)
    world.say(7000, stands(earlier, world))
    _ = world.taken(by: 7000)
    world.say(7000, "-NOSCRIPT No matching script.\r\n")
    world.pass(milliseconds: 20)
    let sent = world.taken(by: 7000)
    #expect(sent.count == Script.allCases.count + 1 && sent.last == again)
    world.say(7000, String(repeating: "$1\r\nx\r\n", count: Script.allCases.count) + Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
    #expect(world.verdicts == 1)
  }

  @Test("Redirects are followed: what was found is no other at another node")
  func redirected() {
    for (redirect, before) in [("ASK", ["ASKING"]), ("MOVED", [])] {
      let (world, call, _) = lose(put)
      world.say(7000, stands(earlier, world))
      _ = world.taken(by: 7000)
      if redirect == "MOVED" { world.agree(Slots([(0, 16383, 7001)])) }
      world.say(7000, "-\(redirect) \(ID.slot(ID.low)) 10.0.0.1:7001\r\n")
      world.pass(milliseconds: 50)
      #expect(world.taken(by: 7001) == before + [again])
      world.say(7001, (before.isEmpty ? "" : Say.ok) + Say.ok)
      #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 5)))
      #expect(world.verdicts == 1)
    }
  }

  @Test("Tried as often as others write, and no more often than any operation is")
  func bounded() {
    let (world, call, _) = lose(put) { $0.attempts = 5 }
    world.say(7000, stands(earlier, world))
    var repeats = 0
    while world.outcomes[call] == nil, repeats < 100 {
      repeats += world.taken(by: 7000).count
      world.say(7000, changed(earlier, world))
    }
    #expect(repeats == 4)
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
    #expect(world.depth == 0)
  }

  @Test("Where something stands that is no record, it goes no further")
  func unreadable() {
    let (world, call, _) = lose(put)
    world.say(7000, stands(earlier, world))
    #expect(world.taken(by: 7000) == [again])
    world.say(7000, "$1\r\nB\r\n")
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
    #expect(world.taken(by: 7000) == [])
    #expect(world.depth == 0)
  }

  @Test("A repeat that is refused for good leaves unknown whether the write was carried out")
  func refused() {
    let (world, call, _) = lose(put)
    world.say(7000, stands(earlier, world))
    world.say(7000, "-OOM command not allowed\r\n")
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
    #expect(world.counters.unknownOutcomes == 1)
  }
}
