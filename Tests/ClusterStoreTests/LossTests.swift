import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Connections that end, and what is known then")
struct LossTests {
  let key = "sg:{first:\(ID.low)}"
  let get = "GETEX sg:{first:\(ID.low)} PX 1200000"
  let put = Call.put(ID.low, version: 5)
  let before = Call.put(ID.low, version: 4)
  let other = Call.put(ID.low, version: 6)
  let version = SessionVersion(bits: 5)
  var header: String { "GETRANGE \(key) 0 95" }
  var set: String { "SET \(key) <record> PX 1200000" }

  @Test("Reading and sliding are done again", arguments: [Verb.get, .peek, .inspect, .touch])
  func repeatable(_ verb: Verb) {
    let world = ScriptedNodes.cluster()
    let call = world.call(Call(verb, ID.low))
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == sent)
    #expect(world.outcomes[call] == nil)
  }

  /// As for what is beyond client-query-buffer-limit or client-output-buffer-limit.
  @Test("What ends one connection after the other is ended, and holds up nobody else")
  func endsConnections() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    let behind = world.call(.get(ID.low))
    for _ in 0..<3 {
      #expect(world.outcomes[call] == nil)
      world.hangUp(7000)
      world.pass(milliseconds: 2_000)
    }
    #expect(world.outcomes[call] == .fault(.misconfigured))
    #expect(world.outcomes[behind] == nil && world.taken(by: 7000).last == get)
    world.say(7000, Say.null)
    #expect(world.outcomes[behind] == .missing)
  }

  /// Replies of others stand in front of it, and go down with it.
  @Test("Nor does a large one, whoever stands in front of it")
  func largeEndsConnections() {
    let world = ScriptedNodes.cluster()
    _ = world.call(put.carrying([UInt8](repeating: 7, count: 200_000)))
    world.say(7000, Say.null + Say.ok)
    let others = (0..<3).map { _ in world.call(.get(ID.low2)) }
    let large = world.call(.get(ID.low))
    for other in others {
      #expect(world.outcomes[large] == nil)
      world.say(7000, Say.null)
      #expect(world.outcomes[other] == .missing)
      world.hangUp(7000)
      world.pass(milliseconds: 2_000)
    }
    #expect(world.outcomes[large] == .fault(.misconfigured))
  }

  @Test("A command that Redis finds malformed is not sent again", arguments: [false, true])
  func protocolError(_ isHandedWhole: Bool) {
    let world = ScriptedNodes.cluster()
    if !isHandedWhole { world.windows[7000] = 60 }
    let call = world.call(put)
    let behind = world.call(.get(ID.low))
    world.say(7000, "-ERR Protocol error: invalid bulk length\r\n")
    #expect(world.outcomes[call] == .fault(.misconfigured))
    world.windows = [:]
    world.pass(milliseconds: 500)
    #expect(world.outcomes[behind] == nil && world.taken(by: 7000).last == get)
  }

  @Test("A half-written reply is forgotten with its connection")
  func halfReply() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.say(7000, Array(Say.session(before).prefix(50)))
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, Say.session(before))
    guard case .found = world.outcomes[call] else { Issue.record("not found"); return }
    #expect(world.found == Say.record(before))
  }

  @Test("What was never handed over goes to the next connection, writes too")
  func unsent() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 0
    let call = world.call(put)
    #expect(world.taken(by: 7000) == [])
    world.windows = [:]
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [header, set])
    world.say(7000, Say.empty + Say.ok)
    #expect(world.outcomes[call] == .created(version))
    #expect(world.verdicts == 0)
  }

  @Test("A write whose last byte was not handed over was not carried out, and goes again")
  func partlyHanded() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 150
    let call = world.call(put)
    #expect(world.taken(by: 7000) == [header])
    world.windows = [:]
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [header, set])
    world.say(7000, Say.empty + Say.ok)
    #expect(world.outcomes[call] == .created(version))
  }

  @Test("A put that was lost is asked for; it was carried out", arguments: [true, false])
  func putWasExecuted(_ knew: Bool) {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    if knew { world.say(7000, Say.empty) }
    _ = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [header])
    world.say(7000, Say.header(put))
    #expect(world.outcomes[call] == (knew ? .created(version) : .replaced(version)))
    #expect(world.taken(by: 7000) == [])
    #expect(world.counters.verifiedExecuted == 1)
    #expect(world.depth == 0)
  }

  @Test("A put that was lost and is not there goes again when nobody has written since")
  func putIsRepeated() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.say(7000, Say.header(before))
    _ = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == [header])
    world.say(7000, Say.header(before))
    #expect(world.taken(by: 7000) == [Command.again(set, over: 4)])
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(version))
    #expect(world.counters.verifiedRepeated == 1)
  }

  @Test("A put into nothing that was lost goes again when there is still nothing")
  func putIntoNothingIsRepeated() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.say(7000, Say.empty)
    _ = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, Say.empty)
    #expect(world.taken(by: 7000) == [header, Command.again(set)])
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .created(version))
  }

  @Test("A put that was lost is never repeated over what another wrote or removed")
  func putIsUnknown() {
    let (seen, theirs) = (Say.header(before), Say.header(other))
    let nothing = Array(Say.empty.utf8)
    for (known, found) in [(seen, theirs), (seen, nothing), (nothing, theirs), (nil, theirs)] {
      let world = ScriptedNodes.cluster()
      let call = world.call(put)
      if let known { world.say(7000, known) }
      _ = world.taken(by: 7000)
      world.hangUp(7000)
      world.pass(milliseconds: 200)
      #expect(world.taken(by: 7000) == [header])
      world.say(7000, found)
      #expect(world.outcomes[call] == .fault(.outcomeUnknown))
      #expect(world.taken(by: 7000) == [])
      #expect(world.counters.unknownOutcomes == 1)
    }
  }

  @Test("A question that is lost is asked anew")
  func questionIsLost() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.say(7000, Say.header(before))
    for _ in 0..<2 {
      _ = world.taken(by: 7000)
      world.hangUp(7000)
      world.pass(milliseconds: 300)
      #expect(world.taken(by: 7000) == [header])
    }
    world.say(7000, Say.header(put))
    #expect(world.outcomes[call] == .replaced(version))
    #expect(world.depth == 0)
  }

  @Test("The question follows redirects")
  func questionIsRedirected() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    _ = world.taken(by: 7000)
    world.agree(Slots([(0, 16383, 7001)]))
    world.say(7000, "-MOVED \(ID.slot(ID.low)) 10.0.0.1:7001\r\n")
    #expect(world.taken(by: 7001) == [header])
    world.say(7001, Say.header(put))
    #expect(world.outcomes[call] == .replaced(version))
  }

  @Test("A question that gets no answer leaves the outcome unknown")
  func questionIsRefused() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, "-NOPERM no\r\n")
    #expect(world.outcomes[call] == .fault(.outcomeUnknown))
    #expect(world.depth == 0)
  }

  /// It may have been refused, and what was there been another caller's to remove.
  @Test("A delete under a condition or a lock that was lost: nothing there tells nothing")
  func conditionalDelete() {
    for call in [
      Call.delete(ID.low).when(.exists), Call.delete(ID.low).when(version: 4),
      Call.delete(ID.low).holding(7),
    ] {
      let world = ScriptedNodes.cluster()
      let number = world.call(call)
      world.hangUp(7000)
      world.pass(milliseconds: 200)
      #expect(world.taken(by: 7000).last == header)
      world.say(7000, Say.empty)
      #expect(world.outcomes[number] == .fault(.outcomeUnknown))
    }
  }

  @Test("A delete that was lost: nothing there is what was wanted; anything there is unknown")
  func delete() {
    for (found, outcome) in [
      (Array(Say.empty.utf8), Outcome.deleted), (Say.header(before), .fault(.outcomeUnknown)),
    ] {
      let world = ScriptedNodes.cluster()
      let call = world.call(.delete(ID.low))
      world.hangUp(7000)
      world.pass(milliseconds: 200)
      #expect(world.taken(by: 7000).last == header)
      world.say(7000, found)
      #expect(world.outcomes[call] == outcome)
    }
  }

  @Test("The caller of a lost write who gives up is told that nobody knows")
  func abandonedInDoubt() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    _ = world.taken(by: 7000)
    world.die(7000)
    world.pass(milliseconds: 200)
    #expect(world.abandon(call) == .outcomeUnknown)
    world.down = []
    world.pass(milliseconds: 3_000)
    #expect(!world.taken(by: 7000).contains(set))
    #expect(world.depth == 0)
  }

  @Test("A protocol error ends the connection, once, and what waited is done elsewhere or unknown")
  func protocolError() {
    let world = ScriptedNodes.cluster()
    let faults = world.counters.linkFaults
    let call = world.call(.get(ID.low))
    world.say(7000, "!this is no RESP\r\n")
    #expect(world.counters.linkFaults == faults + 1)
    world.pass(milliseconds: 200)
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("A reply that nobody asked for ends the connection")
  func unaskedReply() {
    let world = ScriptedNodes.cluster()
    let opened = world.opened.count
    world.say(7000, "+HELLO\r\n+HELLO\r\n+HELLO\r\n")
    world.pass(milliseconds: 200)
    #expect(world.counters.linkFaults == 1)
    #expect(world.opened.count == opened + 1)
    #expect(world.isServing)
  }

  @Test("A reply to what has not left, or not whole, ends the connection", arguments: [0, 40])
  func earlyReply(_ left: Int) {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = left
    let call = world.call(.put(ID.low, version: 1).when(.exists))
    world.windows[7000] = nil
    world.sayUnsettled(7000, Say.ok)
    #expect(world.outcomes[call] == nil && world.counters.linkFaults == 1)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000).count == 1)
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 1)))
  }

  @Test("An error about a command that has not left whole ends it: it is not asked for again")
  func earlyError() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 40
    let call = world.call(.put(ID.low, version: 1).when(.exists))
    world.windows[7000] = nil
    world.sayUnsettled(7000, "-ERR Protocol error: invalid bulk length\r\n")
    #expect(world.outcomes[call] == .fault(.misconfigured) && world.counters.linkFaults == 1)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000).isEmpty && world.isServing)
  }

  @Test("Bytes for a connection that the store gave up are not asked for")
  func givenUp() {
    let world = ScriptedNodes.cluster()
    let link = world.link(7000)
    world.sayUnsettled(7000, "+HELLO\r\n")
    #expect(!world.isWanted(link))
    #expect(world.nextDeadline < world.now)
  }

  @Test("One node's end is not another's")
  func isolation() {
    let world = ScriptedNodes.cluster()
    let high = world.call(.get(ID.high))
    let low = world.call(put)
    world.die(7000)
    world.say(7001, Say.null)
    #expect(world.outcomes[high] == .missing)
    #expect(world.outcomes[low] == nil)
    #expect(!world.isServing)
  }

  @Test("Reconnecting is rationed, also to a node that greets and ends at once")
  func rationed() {
    let world = ScriptedNodes.cluster()
    let before = world.opened.count
    for _ in 0..<1_000 {
      if world.isConnected(7000) { world.hangUp(7000) }
      world.pass(milliseconds: 10)
    }
    #expect((5...60).contains(world.opened.count - before))
  }

  @Test("One line for a node that is down, however often it is tried")
  func oneLine() {
    let world = ScriptedNodes.cluster()
    world.die(7000)
    world.pass(milliseconds: 5_000)
    let lines = world.events.filter { if case .nodeDown = $0 { true } else { false } }
    #expect(lines.count == 2)
    world.down = []
    world.pass(milliseconds: 3_000)
    #expect(world.events.last == .nodeUp(.init(host: "10.0.0.1", port: 7000)))
  }
}
