import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Bytes in any pieces")
struct StreamTests {
  @Test("One byte at a time", arguments: [1, 2, 3, 7, 64])
  func pieces(_ piece: Int) {
    let world = ScriptedNodes.cluster()
    let stored = Call.put(ID.low, "a payload", version: 7)
    let get = world.submit(.get(ID.low))
    let put = world.submit(.put(ID.low, version: 8))
    let peek = world.submit(.peek(ID.low2))
    world.settle()
    let answers =
      Say.session(stored) + Say.header(stored) + Array("+OK\r\n:-2\r\n$-1\r\n".utf8)
    world.say(7000, answers, piece: piece)
    guard case .found = world.outcomes[get] else { Issue.record("not found"); return }
    #expect(world.found == Say.record(stored))
    #expect(world.outcomes[put] == .replaced(SessionVersion(bits: 8)))
    #expect(world.outcomes[peek] == .missing)
  }

  @Test("Commands leave in any pieces")
  func outgoing() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 0
    let put = world.submit(.put(ID.low, version: 8))
    let get = world.submit(.get(ID.low))
    world.settle()
    for _ in 0..<400 { world.widen(7000, by: 1) }
    #expect(world.taken(by: 7000).count == 3)
    world.say(7000, Say.empty + Say.ok + Say.null)
    #expect(world.outcomes[put] == .created(SessionVersion(bits: 8)))
    #expect(world.outcomes[get] == .missing)
  }

  @Test("Payloads of 5 MB go there and back")
  func large() {
    let world = ScriptedNodes.cluster { $0.replyBytes = 8 << 20 }
    var stored = Call.put(ID.low, version: 7)
    // Text, since commands are taken for that: each byte that is none is an error thrown within the
    // standard library, for which the testing library looks through the stack.
    stored.payload = (0..<5 << 20).map { UInt8($0 &* 31 & 0x7f) }
    let put = world.call(stored)
    #expect(world.taken(by: 7000).count == 2)
    world.say(7000, Say.empty + Say.ok)
    #expect(world.outcomes[put] == .created(SessionVersion(bits: 7)))
    let get = world.call(.get(ID.low))
    world.say(7000, Say.session(stored), piece: 32_768)
    guard case .found(let facts) = world.outcomes[get] else { Issue.record("not found"); return }
    #expect(facts.payloadLength == 5 << 20)
    #expect(Array(world.found.suffix(5 << 20)) == stored.payload)
  }

  /// A gateway with a larger `--max-body` wrote it.
  @Test(
    "A session that is too large here is unreadable, and nobody else's matter",
    arguments: [1, 7, 65_536])
  func tooLargeHere(_ piece: Int) {
    let world = ScriptedNodes.cluster { $0.replyBytes = 1_000 }
    let calls = [ID.low, ID.low2, ID.low].map { world.call(.get($0)) }
    let large = Say.bulk([UInt8](repeating: 36, count: 5_000))
    world.say(7000, large + Say.session(.put(ID.low2, version: 4)) + large, piece: piece)
    #expect(world.outcomes[calls[0]] == .fault(.unreadable))
    guard case .found = world.outcomes[calls[1]] else { Issue.record("not found"); return }
    #expect(world.outcomes[calls[2]] == .fault(.unreadable))
    #expect(world.counters.linkFaults == 0)
    // Where it is one, its own timeout is put right again.
    #expect(world.taken(by: 7000).count { $0.hasPrefix("EVALSHA \(Script.touch.digest)") } == 2)
    world.say(7000, "$1\r\nT\r\n$1\r\nT\r\n")
    #expect(world.depth == 0)
    let lock = world.call(.lock(ID.low, 7))
    world.say(7000, Array("$13\r\nL".utf8) + [UInt8](repeating: 0, count: 12) + [13, 10] + large)
    #expect(world.outcomes[lock] == .fault(.unreadable))
    // It is one all the same, with its end.
    _ = world.call(.get(ID.low))
    world.say(7000, Array("$5000\r\n".utf8) + [UInt8](repeating: 36, count: 5_002), piece: piece)
    #expect(world.counters.linkFaults == 1)
  }

  @Test("A reply that is larger than any session ends the connection")
  func tooLarge() {
    let world = ScriptedNodes.cluster {
      $0.replyBytes = 1_000
      $0.passedBytes = 1_000
    }
    let call = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == ["GETEX sg:{first:\(ID.low)} PX 1200000"])
    world.say(7000, "$1001\r\n")
    #expect(world.counters.linkFaults == 1)
    // It is not asked for again, which would end the next connection, too.
    #expect(world.outcomes[call] == .fault(.unreadable))
    world.pass(milliseconds: 500)
    #expect(world.taken(by: 7000).allSatisfy { !$0.hasPrefix("GETEX") })
    #expect(world.counters.linkFaults == 1)
  }
}
