import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Large ones take turns on a connection, and hold up nobody else")
struct TurnTests {
  private let large: Call
  private let done = Say.empty + Say.ok

  init() {
    var large = Call.put(ID.low, version: 5)
    large.payload = [UInt8](repeating: 0x78, count: 150 << 10)
    self.large = large
  }

  /// A cluster with whose nodes two large payloads may be under way.
  private func cluster(limits: (inout ClusterLimits) -> Void = { _ in }) -> ScriptedNodes {
    ScriptedNodes.cluster {
      $0.largeBytes = 300 << 10
      limits(&$0)
    }
  }

  @Test("Writes: the third goes when the first is answered")
  func writes() {
    let world = cluster()
    let calls = (0..<3).map { _ in world.call(large) }
    #expect(world.taken(by: 7000).count == 4)
    #expect(world.store.awaitingTurns == 1 && world.parkedCount == 0)
    let small = world.call(.get(ID.low2))
    #expect(world.taken(by: 7000) == ["GETEX sg:{first:\(ID.low2)} PX 1200000"])
    world.say(7000, done)
    #expect(world.outcomes[calls[0]] != nil)
    #expect(world.taken(by: 7000).count == 2)
    #expect(world.store.awaitingTurns == 0)
    world.say(7000, done + Say.null + done)
    #expect(world.outcomes[small] == .missing)
    #expect(calls.allSatisfy { world.outcomes[$0] == world.outcomes[calls[0]] })
  }

  @Test("Each node's connection has turns of its own")
  func nodes() {
    let world = cluster()
    var other = large
    other.id = Array(ID.high.utf8)
    for _ in 0..<3 { _ = world.call(large) }
    for _ in 0..<3 { _ = world.call(other) }
    #expect(world.taken(by: 7000).count == 4 && world.taken(by: 7001).count == 4)
    world.say(7001, done)
    #expect(world.taken(by: 7000).count == 0 && world.taken(by: 7001).count == 2)
  }

  @Test("Reads of sessions that were found large, until they are found small")
  func reads() {
    let world = cluster { $0.largeBytes = 150 << 10 }
    let get = Call(.get, ID.low)
    _ = world.call(get)
    world.say(7000, Say.session(large))
    for _ in 0..<2 { _ = world.call(get) }
    #expect(world.taken(by: 7000).count == 2 && world.store.awaitingTurns == 1)
    world.say(7000, Say.session(large))
    #expect(world.taken(by: 7000).count == 1 && world.store.awaitingTurns == 0)
    world.say(7000, Say.session(.put(ID.low, "small", version: 6)))
    for _ in 0..<2 { _ = world.call(get) }
    #expect(world.taken(by: 7000).count == 2)
  }

  @Test("A write tells what a read will bring")
  func written() {
    let world = cluster()
    _ = world.call(large)
    world.say(7000, done)
    for _ in 0..<3 { _ = world.call(Call(.get, ID.low)) }
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 1)
  }

  @Test("A session that is gone is not large any more")
  func gone() {
    let world = cluster { $0.largeBytes = 150 << 10 }
    let get = Call(.get, ID.low)
    _ = world.call(get)
    world.say(7000, Say.session(large))
    _ = world.call(get)
    world.say(7000, Say.null)
    for _ in 0..<2 { _ = world.call(get) }
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 0)
  }

  @Test("Lighter ones do not pass a heavy one that waits, be they there or new")
  func order() {
    let world = cluster()
    var heavy = large
    heavy.payload = [UInt8](repeating: 0x78, count: 280 << 10)
    for _ in 0..<2 { _ = world.call(large) }
    for call in [heavy, large] { _ = world.call(call) }
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 2)
    world.say(7000, done)
    _ = world.call(large)
    #expect(world.taken(by: 7000).count == 0 && world.store.awaitingTurns == 3)
    world.say(7000, done)
    #expect(world.taken(by: 7000).count == 2 && world.store.awaitingTurns == 2)
    world.say(7000, done)
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 0)
  }

  @Test("What became of a lost write is asked at once, whoever's turn it is")
  func asked() {
    let world = cluster { $0.largeBytes = 150 << 10 }
    for _ in 0..<2 { _ = world.call(large) }
    world.hangUp(7000)
    world.pass(milliseconds: 1_000)
    // The second one, and behind it the first one's question.
    let taken = world.taken(by: 7000)
    #expect(taken.count == 5 && taken[4].hasPrefix("GETRANGE"))
    world.say(7000, done + Say.empty)
    #expect(world.taken(by: 7000).count == 1 && world.store.awaitingTurns == 0)
  }

  @Test("What is larger than all may be goes alone")
  func alone() {
    let world = cluster { $0.largeBytes = 64 << 10 }
    for _ in 0..<2 { _ = world.call(large) }
    #expect(world.taken(by: 7000).count == 2 && world.store.awaitingTurns == 1)
  }

  @Test("Who gives up while it waits is not carried out")
  func abandoned() {
    let world = cluster()
    let calls = (0..<3).map { _ in world.call(large) }
    #expect(world.abandon(calls[2]) == .deadlinePassed)
    world.say(7000, done + done)
    world.pass(milliseconds: 1_000)
    #expect(world.taken(by: 7000).count == 4)
    #expect(world.store.awaitingTurns == 0 && world.parkedCount == 0 && world.depth == 0)
  }

  @Test("What is taken back from a connection makes room")
  func takenBack() {
    let world = cluster()
    world.windows[7000] = 0
    let calls = (0..<3).map { _ in world.call(large) }
    #expect(world.abandon(calls[0]) == .deadlinePassed)
    world.pass(milliseconds: 100)
    world.widen(7000, by: 1 << 20)
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 0)
  }

  @Test("A connection that is lost takes nobody's turn with it")
  func lost() {
    let world = cluster()
    world.windows[7000] = 0
    let calls = (0..<3).map { _ in world.call(large) }
    world.windows[7000] = nil
    world.hangUp(7000)
    world.pass(milliseconds: 1_000)
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 1)
    world.say(7000, done + done)
    #expect(world.taken(by: 7000).count == 2)
    world.say(7000, done)
    #expect(calls.allSatisfy { world.outcomes[$0] == world.outcomes[calls[0]] })
  }

  @Test("So many may wait; then the oldest goes")
  func crowded() {
    let world = cluster { $0.awaitingTurns = 2 }
    let calls = (0..<6).map { number in
      var call = large
      call.version = UInt64(number + 1)
      return world.call(call)
    }
    #expect(world.taken(by: 7000).count == 8 && world.store.awaitingTurns == 2)
    for _ in 0..<4 { world.say(7000, done) }
    #expect(calls[..<4].allSatisfy { world.outcomes[$0] != nil })
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 0)
  }

  @Test("So many bytes may wait; then the oldest goes, however heavy it is")
  func crowdedByBytes() {
    let world = cluster { $0.awaitingBytes = 400 << 10 }
    var heavy = large
    heavy.payload = [UInt8](repeating: 0x78, count: 280 << 10)
    for call in [large, large, heavy] { _ = world.call(call) }
    #expect(world.taken(by: 7000).count == 4 && world.store.awaitingTurns == 1)
    _ = world.call(large)
    #expect(world.taken(by: 7000).count == 2 && world.store.awaitingTurns == 1)
    #expect(world.store.parking.forTurns.bytes < 200 << 10)
  }

  @Test("Where neither the pipeline nor those that wait have room, it is refused; others may park")
  func full() {
    let world = cluster {
      $0.awaitingBytes = 320 << 10
      $0.pipelineBytes = 500 << 10
    }
    world.windows[7000] = 0
    let calls = (0..<20).map { _ in
      let call = world.call(large)
      world.pass(milliseconds: 100)
      return call
    }
    let refused = calls.filter { world.outcomes[$0] == .fault(.overloaded) }
    #expect(refused.count >= 12)
    #expect(world.store.parking.forTurns.bytes <= 480 << 10)
    #expect(world.store.parking.forNodes.bytes == 0 && world.store.hasParkingRoom)
  }

  @Test("One session is remembered for each slot, and no other is taken for it")
  func memory() {
    var memory = LargeSessions()
    let (one, other) = (id("one"), id("other"))
    #expect(memory.size(of: one, in: 5) == 0)
    memory.note(200 << 10, of: one, in: 5)
    #expect(memory.size(of: one, in: 5) == 200 << 10)
    #expect(memory.size(of: other, in: 5) == 0 && memory.size(of: one, in: 6) == 0)
    memory.note(1 << 40, of: other, in: 5)
    #expect(memory.size(of: one, in: 5) == 0 && memory.size(of: other, in: 5) > 60 << 20)
    memory.note(LargeSessions.least - 1, of: other, in: 5)
    #expect(memory.size(of: other, in: 5) == 0)
  }

  private func id(_ text: String) -> SessionID {
    var id = SessionID()
    for byte in text.utf8 { precondition(id.append(byte)) }
    return id
  }
}
