import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What each verb says to Redis, and what the answers amount to")
struct VerbTests {
  let key = "sg:{first:\(ID.low)}"
  let stored = Call.put(ID.low, "payload", version: 7)
  /// Slides by whatever record is there when Redis does it.
  var correction: String { "EVALSHA \(Script.touch.digest) 1 \(key)  1200000" }

  @Test("get: GETEX")
  func get() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == ["GETEX \(key) PX 1200000"])
    world.say(7000, Say.session(stored))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("not found"); return }
    #expect(facts.version.bits == 7)
    #expect(facts.expiresIn == 1_200)
    #expect(world.found == Say.record(stored))
    #expect(world.taken(by: 7001) == [])
  }

  @Test("get: nothing there")
  func getNothing() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.high))
    #expect(world.taken(by: 7001) == ["GETEX sg:{first:\(ID.high)} PX 1200000"])
    world.say(7001, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("get: a timeout of its own is corrected behind it, and nobody waits for that")
  func getCorrects() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, Say.session(.put(ID.low, version: 7, idleTimeout: 60)))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("not found"); return }
    #expect(facts.expiresIn == 60)
    #expect(world.taken(by: 7000) == [correction])
    world.say(7000, Say.bulk(Array("T".utf8)))
    #expect(world.outcomes.count == 1)
    #expect(world.depth == 0)
  }

  @Test(
    "get: a node that takes no writes is read from",
    arguments: ["MISCONF Errors", "NOREPLICAS Not"])
  func getWithoutWrites(_ error: String) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, "-\(error) enough\r\n")
    #expect(world.taken(by: 7000) == ["PTTL \(key)", "GET \(key)"])
    world.say(7000, Array(":5000\r\n".utf8) + Say.session(stored))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("not found"); return }
    // What is true as long as nothing slides it.
    #expect(facts.version.bits == 7 && facts.expiresIn == 5)
    // It is tried once to slide it behind the answer.
    let slid = world.taken(by: 7000)
    #expect(slid.count == 1)
    #expect(slid.allSatisfy { $0.hasPrefix("EVALSHA \(Script.touch.digest) 1 \(key)") })
    world.say(7000, "-\(error) enough\r\n")
    world.pass(milliseconds: 1_000)
    #expect(world.taken(by: 7000) == [] && world.depth == 0)
  }

  @Test("get: what is no record of ours is unreadable")
  func getForeign() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.say(7000, Say.bulk(Array("something else".utf8)))
    #expect(world.outcomes[call] == .fault(.unreadable))
  }

  @Test("peek: PTTL and GET")
  func peek() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.peek(ID.low))
    #expect(world.taken(by: 7000) == ["PTTL \(key)", "GET \(key)"])
    world.say(7000, Array(":5000\r\n".utf8) + Say.session(stored))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("not found"); return }
    #expect(facts.expiresIn == 5)
  }

  @Test(
    "peek and inspect: what is left ends with the absolute deadline",
    arguments: [Verb.peek, .inspect])
  func seenDeadline(_ verb: Verb) {
    for (left, seconds) in [(60_000, 5), (2_000, 2), (1, 1), (0, 0), (-1, 0)] as [(Int64, Int32)] {
      let world = ScriptedNodes.cluster()
      let call = world.call(Call(verb, ID.low))
      let record = Say.record(stored, until: world.wall + left)
      world.say(7000, Array(":5000\r\n".utf8) + Say.bulk(record))
      guard case .found(let facts) = world.outcomes[call] else {
        #expect(world.outcomes[call] == .missing && seconds == 0, "\(left)")
        continue
      }
      #expect(facts.expiresIn == seconds, "\(left)")
    }
  }

  /// GETEX has given it the namespace's timeout: the script takes it away.
  @Test("get: past its absolute deadline a session is missing, and is taken away")
  func getPastDeadline() {
    for left in [Int64(0), -1] {
      let world = ScriptedNodes.cluster()
      let call = world.call(.get(ID.low))
      _ = world.taken(by: 7000)
      world.say(7000, Say.bulk(Say.record(stored, until: world.wall + left)))
      #expect(world.outcomes[call] == .missing)
      #expect(world.taken(by: 7000) == [correction])
    }
  }

  @Test(
    "lock: held, and for how long, whatever becomes of the reading behind it",
    arguments: [Say.null, "-LOADING no\r\n", "-NOPERM no\r\n"])
  func lockHeld(_ behind: String) {
    for (age, left, retryAfter) in [(5_999, 2_500, 3), (0, 0, 1)] as [(UInt64, UInt64, Int32)] {
      let world = ScriptedNodes.cluster()
      let call = world.call(.lock(ID.low, 7))
      let numbers = [age, left].flatMap { number in
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
      }
      world.say(7000, Say.bulk([UInt8(ascii: "H")] + numbers) + Array(behind.utf8))
      #expect(
        world.outcomes[call] == .lockHeld(age: Int32(age / 1_000), retryAfter: retryAfter))
    }
  }

  /// While it is refused, no payload moves, and a look changes nothing that others could see.
  @Test("lock: who was refused before looks first", arguments: [true, false])
  func lockRefusedBefore(_ isOwn: Bool) throws {
    let world = ScriptedNodes.cluster()
    let call = world.call(.lock(ID.low, 7).refusedBefore)
    let look = world.taken(by: 7000)
    #expect(look.count == 1 && look[0].hasPrefix("EVALSHA \(Script.lock.digest) 1 \(key) "))
    #expect(look[0].hasSuffix(" 30000 1200000 1"))
    let token = Array(repeating: UInt8(0), count: 15) + [7]
    let granted = Say.bulk([UInt8(ascii: "L")] + token + [0, 0, 0, 0, 0, 0, 0x75, 0x30])
    let free = Say.bulk([UInt8(ascii: "H")] + Array(repeating: 0, count: 16))
    world.say(7000, isOwn ? granted : free)
    #expect(world.outcomes[call] == nil)
    #expect(world.taken(by: 7000) == ["\(look[0].dropLast())", "GET \(key)"])
    var record = Say.record(stored)
    record.replaceSubrange(40..<56, with: token)
    world.say(7000, granted + Say.bulk(record))
    guard case .locked(let facts, let grant) = world.outcomes[call] else {
      Issue.record("not locked")
      return
    }
    #expect(facts.payloadLength == 7 && grant.token.low == 7 && grant.expiresIn == 30)
    #expect(world.counters.retried == 0)
  }

  @Test("lock: what a look shows of another's lock is the answer, and so is a refusal")
  func lookedInVain() {
    let world = ScriptedNodes.cluster()
    let calls = (0..<3).map { _ in world.call(.lock(ID.low, 7).refusedBefore) }
    let held = [UInt8(ascii: "H")] + Array(repeating: 0, count: 15) + [1]
    world.say(7000, Say.bulk(held) + Say.bulk([UInt8(ascii: "M")]) + Array("-NOPERM no\r\n".utf8))
    #expect(
      calls.map { world.outcomes[$0] } == [
        .lockHeld(age: 0, retryAfter: 1), .missing, .fault(.notPermitted),
      ])
    #expect(world.taken(by: 7000).count == 3)
  }

  @Test("inspect: PTTL and the beginning")
  func inspect() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.inspect(ID.low))
    #expect(world.taken(by: 7000) == ["PTTL \(key)", "GETRANGE \(key) 0 350"])
    world.say(7000, Array(":5000\r\n".utf8) + Say.session(stored))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("not found"); return }
    #expect(facts.payloadLength == 7)
    #expect(facts.payload.isEmpty)
  }

  @Test(
    "inspect: a record whose beginning is not as long as its header says is unreadable",
    arguments: [-1, 0, 1])
  func inspectDamaged(_ excess: Int) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.inspect(ID.low))
    let record = Say.record(stored)
    let bytes = (record + [0]).prefix(record.count + excess)
    world.say(7000, Array(":5000\r\n".utf8) + Say.bulk(Array(bytes)))
    #expect((world.outcomes[call] == .fault(.unreadable)) == (excess != 0))
  }

  @Test("inspect: of a long record only the beginning is seen", arguments: [350, 351])
  func inspectLong(_ length: Int) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.inspect(ID.low))
    var long = stored
    long.payload = [UInt8](repeating: 0x78, count: 1_000)
    world.say(
      7000, Array(":5000\r\n".utf8) + Say.bulk(Array(Say.record(long).prefix(length))))
    #expect((world.outcomes[call] == .fault(.unreadable)) == (length < 351))
  }

  @Test("put: the header before tells created from replaced", arguments: [true, false])
  func put(_ existed: Bool) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.put(ID.low, version: 9))
    #expect(
      world.taken(by: 7000) == ["GETRANGE \(key) 0 95", "SET \(key) <record> PX 1200000"])
    world.say(7000, (existed ? Say.header(stored) : Array(Say.empty.utf8)) + Array(Say.ok.utf8))
    #expect(
      world.outcomes[call]
        == (existed ? .replaced(SessionVersion(bits: 9)) : .created(SessionVersion(bits: 9))))
  }

  @Test("put under a condition: one command decides", arguments: [true, false])
  func conditionalPut(_ holds: Bool) {
    let world = ScriptedNodes.cluster()
    let absent = world.call(.put(ID.low, version: 9).when(.absent))
    let exists = world.call(.put(ID.low, version: 9).when(.exists))
    #expect(
      world.taken(by: 7000) == [
        "SET \(key) <record> PX 1200000 NX", "SET \(key) <record> PX 1200000 XX",
      ])
    world.say(7000, holds ? Say.ok + Say.ok : Say.null + Say.null)
    let version = SessionVersion(bits: 9)
    #expect(world.outcomes[absent] == (holds ? .created(version) : .conditionFailed(present: nil)))
    #expect(world.outcomes[exists] == (holds ? .replaced(version) : .conditionFailed(present: nil)))
  }

  @Test("touch: PEXPIRE, and the record's own timeout behind it")
  func touch() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.touch(ID.low))
    #expect(world.taken(by: 7000) == ["GETRANGE \(key) 0 95", "PEXPIRE \(key) 1200000"])
    world.say(7000, Say.header(.put(ID.low, version: 7, idleTimeout: 60)) + Array(Say.one.utf8))
    #expect(world.outcomes[call] == .touched)
    #expect(world.taken(by: 7000) == [correction])
  }

  /// Another gateway's settings, or those of yesterday, gave it one: here its namespace has none.
  @Test("touch: an absolute deadline of the record's own holds", arguments: [600, 0])
  func touchDeadline(_ secondsLeft: Int64) {
    let world = ScriptedNodes.cluster()
    let touch = world.call(.touch(ID.low))
    let exists = world.call(.touch(ID.low).when(.exists))
    _ = world.taken(by: 7000)
    let header = Say.header(stored, until: world.wall + secondsLeft * 1_000)
    world.say(7000, header + Array(Say.one.utf8) + header + Array(Say.one.utf8))
    #expect(world.outcomes[touch] == (secondsLeft > 0 ? .touched : .missing))
    let missing = Outcome.conditionFailed(present: nil)
    #expect(world.outcomes[exists] == (secondsLeft > 0 ? .touched : missing))
    // The script sets the timeout to what is left, or takes the session away.
    #expect(world.taken(by: 7000) == [correction, correction])
  }

  @Test("delete: UNLINK", arguments: [true, false])
  func delete(_ existed: Bool) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.delete(ID.low))
    #expect(world.taken(by: 7000) == ["UNLINK \(key)"])
    world.say(7000, existed ? Say.one : Say.zero)
    #expect(world.outcomes[call] == (existed ? .deleted : .missing))
  }

  @Test(
    "A refusal that will not pass is told at once",
    arguments: [
      ("-OOM command not allowed\r\n", StoreFault.storeFull),
      ("-MISCONF Redis is configured to save\r\n", .misconfigured),
      ("-NOAUTH Authentication required.\r\n", .notPermitted),
      ("-NOPERM this user has no permissions\r\n", .notPermitted),
      ("-WRONGTYPE Operation against a key\r\n", .unreadable),
      ("-ERR something new\r\n", .misconfigured),
    ])
  func lastingRefusals(_ error: String, _ fault: StoreFault) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.put(ID.low, version: 1))
    world.say(7000, error + error)
    #expect(world.outcomes[call] == .fault(fault))
    #expect(world.depth == 0)
  }

  @Test("A single node serves every slot")
  func singleNode() {
    let world = ScriptedNodes.single()
    #expect(world.isServing)
    #expect(world.events.contains(.singleNode(.init(host: "10.0.0.1", port: 7000))))
    _ = world.call(.get(ID.low))
    _ = world.call(.get(ID.high))
    #expect(world.taken(by: 7000).count == 2)
  }

  @Test("With --redis-topology single nobody is asked for slots")
  func singleMode() {
    let world = ScriptedNodes.single(mode: .single)
    #expect(world.isServing)
    #expect(world.refreshes == 0)
  }
}
