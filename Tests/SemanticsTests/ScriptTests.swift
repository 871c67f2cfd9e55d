import Primitives
import Sessions
import StoreContract
import TestLab
import Testing

@testable import ClusterStore

extension Observation {
  /// The version that a reading found.
  fileprivate var version: UInt64? {
    if case .found(let session) = self { session.version } else { nil }
  }
}

@Suite("What scripts do in Redis", .serialized)
struct ScriptTests {
  private static let redis = Result { try RedisServer() }

  @Test("Nothing is left beside the sessions")
  func leavesNothing() throws {
    let redis = try RedisServer()
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-x")
    let one = Call.put("s", version: 1)
    let long = one.carrying(Array(repeating: 1, count: 100_000))
    #expect(harness.perform(long.when(version: 5)) == .conditionFailed())
    #expect(harness.perform(one) == .created(version: 1))
    #expect(harness.perform(long.when(version: 5)) == .conditionFailed(present: 1))
    #expect(harness.perform(long.holding(3)) == .lockLost)
    #expect(harness.perform(long.when(version: 1)) == .replaced(version: 1))
    #expect(try redis.command("KEYS", "*").elements.map(\.text) == ["sg:{first-x:s}"])
  }

  @Test("Leases and absolute deadlines go by Redis's clock, whatever a gateway's says")
  func clocks() throws {
    let told = try promptly(within: .seconds(1)) { try Self.toldByClocks() }
    #expect(told.lefts.allSatisfy { (29...30).contains($0) })
    #expect(told.ages.allSatisfy { (0...1).contains($0) })
    #expect(told.created == [.created(version: 1), .created(version: 1)])
    #expect(told.later == [.renewed, .touched, .replaced(version: 2), .deleted])
  }

  /// What gateways an hour behind and an hour ahead are told of two sessions and their locks.
  private static func toldByClocks() throws -> (
    created: [Observation], lefts: [Int], ages: [Int], later: [Observation]
  ) {
    let redis = try RedisServer()
    var slow = ClusterStoreHarness(port: redis.port, suffix: "-c", fastBy: -3_600)
    var fast = ClusterStoreHarness(port: redis.port, suffix: "-c", fastBy: 3_600)
    func ending(_ call: Call) -> Call { call.within(ContractNamespaces.ending) }
    var (created, lefts, ages) = ([Observation](), [Int](), [Int]())
    for call in [Call.put("s", version: 1), ending(.put("s", version: 1))] {
      created.append(slow.perform(call))
    }
    for id in [Call.lock("s", 7), ending(.lock("s", 7))] {
      guard case .locked(_, lock: 7, let left) = slow.perform(id) else {
        throw LabFault("the lock is not acquired")
      }
      var other = id
      other.fresh = 8
      guard case .lockHeld(let age, let free) = fast.perform(other) else {
        throw LabFault("the lock is not held")
      }
      lefts += [left, free]
      ages.append(age)
    }
    var later = [fast.perform(.renew("s", 7)), fast.perform(ending(.touch("s")))]
    later.append(fast.perform(ending(.put("s", version: 2)).holding(7)))
    later.append(slow.perform(ending(.delete("s"))))
    return (created, lefts, ages, later)
  }

  @Test("A script that a node lost is given to it again")
  func reloadsScripts() throws {
    let redis = try RedisServer()
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-x")
    let long = Call.put("s", version: 2).carrying(Array(repeating: 1, count: 100_000))
    #expect(harness.perform(.put("s", version: 1)) == .created(version: 1))
    try redis.command("SCRIPT", "FLUSH")
    guard case .locked(_, lock: 7, _) = harness.perform(.lock("s", 7)) else {
      throw LabFault("the lock is not acquired")
    }
    for (call, expected) in [
      (Call.renew("s", 7), Observation.renewed), (long.holding(7), .replaced(version: 2)),
      (.unlock("s", 7), .unlocked),
    ] {
      try redis.command("SCRIPT", "FLUSH")
      #expect(harness.perform(call) == expected, "\(call.verb)")
    }
    #expect(try redis.command("KEYS", "*").elements.map(\.text) == ["sg:{first-x:s}"])
  }

  @Test("Each script has the digest that Redis gives it", arguments: Script.allCases)
  func digests(_ script: Script) throws {
    let answer = try Self.redis.get().command("SCRIPT", "LOAD", script.text)
    #expect(answer.text == "\(script.digest)")
  }

  /// What a write becomes whose slot is on its way to another node.
  @Test("A staged record that becomes an argument is the same write")
  func inlines() throws {
    let redis = try Self.redis.get()
    try redis.command("SCRIPT", "LOAD", Script.write.text)
    let put = Call.put("moving", version: 5, idleTimeout: 77)
      .carrying((0..<5_000).map { UInt8(truncatingIfNeeded: $0) })
    let (command, request) = put.when(.absent).prepared()
    let space = KeySpace(ContractNamespaces.list(suffix: "-i")[ContractNamespaces.ending])
    var commands = ByteBuffer()
    let begun = Beginning(
      instant: Instant(nanoseconds: 1), wall: UnixTime(milliseconds: 1), origin: 1)
    let lengths = unsafe RecordStaging.encode(
      command, request: request.span.bytes, space, begun: begun, into: &commands)
    try #require(lengths.count == 2 && lengths.first + lengths.second == commands.count)
    var whole = ByteBuffer()
    RecordStaging.inlined(commands, first: lengths.first, into: &whole)
    let arguments = Self.arguments(of: whole)
    #expect(arguments.count == 10)
    #expect(try redis.answer(to: arguments).text == "C")
    #expect(try redis.answer(to: arguments).text == "F")
    let record = try redis.answer(to: [Array("GET".utf8), Array("sg:{ending-i:moving}".utf8)])
    guard case .bytes(let bytes) = record else { throw LabFault("no record is there") }
    #expect(Array(bytes.suffix(5_000)) == put.payload && bytes.count == 96 + 10 + 5_000)
  }

  @Test("A repeat acts where what was found is there, and nowhere else")
  func repeats() throws {
    let redis = try RedisServer()
    for script in Script.allCases { try redis.command("SCRIPT", "LOAD", script.text) }
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-r")
    let put = Call.put("s", version: 5).carrying(Array(repeating: 1, count: 500))
    let long = put.carrying(Array(repeating: 1, count: 50_000))
    let delete = Call.delete("s")
    for call in [
      put, put.when(.exists), put.when(version: 1), long, long.when(version: 1), delete,
      delete.when(version: 1),
    ] {
      #expect(harness.perform(.put("s", version: 1)) == .created(version: 1))
      for found in [Operation.Prior.nothing, .version(SessionVersion(bits: 2))] {
        #expect(try redis.answer(to: Self.repetition(of: call, over: found)) == Self.other(redis))
        #expect(harness.perform(.peek("s")).version == 1)
      }
      let found = Operation.Prior.version(SessionVersion(bits: 1))
      let done = try redis.answer(to: Self.repetition(of: call, over: found)).text
      #expect(["OK", "R", "1", "D"].contains(done))
      #expect(harness.perform(.peek("s")).version == (call.verb == .put ? 5 : nil))
      _ = harness.perform(delete)
    }
    for call in [put, put.when(.absent), long] {
      let found = Operation.Prior.version(SessionVersion(bits: 1))
      #expect(try redis.answer(to: Self.repetition(of: call, over: found)) == Self.other(redis))
      #expect(harness.perform(.peek("s")) == .missing)
      #expect(try redis.answer(to: Self.repetition(of: call, over: .nothing)) == .status("OK"))
      #expect(harness.perform(.peek("s")).version == 5)
      #expect(
        try redis.answer(to: Self.repetition(of: call, over: .nothing)) == Self.other(redis))
      _ = harness.perform(delete)
    }
  }

  /// What a repeat says that does nothing: the header that is there.
  private static func other(_ redis: RedisServer) throws -> RedisValue {
    let header = try redis.answer(
      to: ["GETRANGE", "sg:{first-r:s}", "0", "95"].map { Array($0.utf8) })
    guard case .bytes(let bytes) = header else { throw LabFault("no header is told") }
    return .bytes([UInt8(ascii: "O")] + bytes)
  }

  private static func repetition(of call: Call, over found: Operation.Prior) -> [[UInt8]] {
    let (command, request) = call.prepared()
    let space = KeySpace(ContractNamespaces.list(suffix: "-r")[ContractNamespaces.first])
    let begun = Beginning(
      instant: Instant(nanoseconds: 1), wall: UnixTime(milliseconds: 1), origin: 1)
    let operation = Operation(
      command: command, ticket: .none, slot: 0, space: space, begun: begun)
    var commands = ByteBuffer()
    let lengths = unsafe CommandEncoder.encode(
      command, request: request.span.bytes, space: space, begun: begun, into: &commands)
    var deciding = lengths.lastStart
    if operation.isScripted, lengths.count == 2 {
      var whole = ByteBuffer()
      RecordStaging.inlined(commands, first: lengths.first, into: &whole)
      commands = whole
      deciding = 0
    }
    var repetition = ByteBuffer()
    RepeatedWrite.encode(
      commands, from: deciding, of: operation, space, command.id, into: &repetition)
    RepeatedWrite.demand(found, in: &repetition)
    return arguments(of: repetition)
  }

  private static func arguments(of buffer: borrowing ByteBuffer) -> [[UInt8]] {
    let bytes = buffer.bytes
    var walk = ArgumentWalk(bytes, from: 0)
    return (0..<walk.count).map { _ in
      let range = walk.next(in: bytes)
      return unsafe bytes.extracting(range).withUnsafeBytes { unsafe Array($0) }
    }
  }
}
