import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("While a slow node owes answers, commands gather and leave together")
struct GatheringTests {
  let get = Call.get(ID.low)

  /// A cluster whose node 7000 took long for its last answer.
  private func slowCluster(
    limits: (inout ClusterLimits) -> Void = { _ in }
  ) -> ScriptedNodes {
    let world = ScriptedNodes.cluster {
      $0.gathering = .milliseconds(1)
      limits(&$0)
    }
    answer(get, after: 2, in: world)
    return world
  }

  /// The same, owing the answer to one call.
  private func busyCluster(
    limits: (inout ClusterLimits) -> Void = { _ in }
  ) -> (world: ScriptedNodes, owed: UInt32) {
    let world = slowCluster(limits: limits)
    let owed = world.call(.get(ID.low2))
    precondition(world.taken(by: 7000).count == 1, "a node that owes nothing gets it at once")
    return (world, owed)
  }

  /// Node 7000 gets a command, and answers it after so many milliseconds.
  private func answer(_ call: Call, after milliseconds: Int, in world: ScriptedNodes) {
    _ = world.call(call)
    world.pass(milliseconds: milliseconds)
    world.say(7000, Say.null)
    _ = world.taken(by: 7000)
  }

  @Test("A node that answers as quickly as ever gets its commands at once")
  func quick() {
    let (world, _) = busyCluster()
    world.say(7000, Say.null)
    for _ in 0..<3 { _ = world.call(get) }
    #expect(world.taken(by: 7000).count == 3)
  }

  @Test("They leave when it answers")
  func answered() {
    let (world, owed) = busyCluster()
    let calls = (0..<3).map { _ in world.call(get) }
    #expect(world.taken(by: 7000) == [])
    world.say(7000, Say.null)
    #expect(world.outcomes[owed] == .missing)
    #expect(world.taken(by: 7000).count == 3)
    world.say(7000, Say.null + Say.null + Say.null)
    #expect(calls.allSatisfy { world.outcomes[$0] == .missing })
  }

  @Test("They leave only when it has answered everything")
  func answeredInPart() {
    let world = slowCluster()
    _ = world.submit(get)
    _ = world.submit(get)
    world.settle()
    #expect(world.taken(by: 7000).count == 2)
    _ = world.call(get)
    world.say(7000, Say.null)
    #expect(world.taken(by: 7000) == [])
    world.say(7000, Say.null)
    #expect(world.taken(by: 7000).count == 1)
  }

  @Test("Another node gets its commands meanwhile")
  func otherNode() {
    let (world, _) = busyCluster()
    _ = world.call(.get(ID.high))
    #expect(world.taken(by: 7001).count == 1)
  }

  @Test("So many leave all the same")
  func many() {
    let (world, _) = busyCluster { $0.gatheredOperations = 4 }
    for _ in 0..<3 { _ = world.call(get) }
    #expect(world.taken(by: 7000) == [])
    _ = world.call(get)
    #expect(world.taken(by: 7000).count == 4)
  }

  @Test("So many bytes leave all the same")
  func large() {
    let (world, _) = busyCluster()
    _ = world.call(get)
    _ = world.call(.put(ID.low, String(repeating: "p", count: 16 << 10), version: 7))
    #expect(world.taken(by: 7000).count == 3)
  }

  @Test("After a millisecond they leave all the same, wherever it was spent")
  func late() {
    let (world, _) = busyCluster()
    _ = world.call(get)
    #expect(world.nextDeadline == world.now + .milliseconds(1))
    // What is done for other nodes meanwhile does not make it forgotten.
    _ = world.call(.get(ID.high))
    world.settle()
    #expect(world.taken(by: 7000) == [])
    world.pass(milliseconds: 1)
    #expect(world.taken(by: 7000).count == 1)
  }

  @Test("The rest of a command that has begun leaves, and takes the others along")
  func begun() {
    let world = slowCluster()
    world.windows[7000] = 20
    _ = world.call(get)
    _ = world.call(get)
    world.widen(7000, by: 100_000)
    #expect(world.taken(by: 7000).count == 2)
  }

  @Test("One that is given up meanwhile is surely not carried out, and never sent")
  func givenUp() {
    let (world, _) = busyCluster()
    let put = world.call(.put(ID.low, version: 7))
    #expect(world.abandon(put) == .deadlinePassed)
    world.say(7000, Say.null)
    world.pass(milliseconds: 10)
    #expect(world.taken(by: 7000) == [])
  }

  @Test("A lost connection leaves no doubt about them: they are sent to the next one")
  func lost() {
    let (world, _) = busyCluster()
    let put = world.call(.put(ID.low, version: 7))
    world.hangUp(7000)
    world.pass(milliseconds: 100)
    #expect(world.tookWrite(7000))
    world.say(7000, Say.null + Say.empty + Say.ok)
    #expect(world.outcomes[put] == .created(SessionVersion(bits: 7)))
    #expect(world.verdicts == 0)
  }

  @Test("How long a connection took to answer is forgotten with it")
  func newConnection() {
    let world = slowCluster()
    _ = world.call(get)
    world.hangUp(7000)
    world.pass(milliseconds: 100)
    #expect(world.taken(by: 7000).count == 2)
    for _ in 0..<3 { _ = world.call(get) }
    #expect(world.taken(by: 7000).count == 3)
  }

  @Test("Nothing is due for a node whose commands do not gather")
  func quickNode() {
    let (world, _) = busyCluster()
    world.say(7000, Say.null)
    _ = world.call(get)
    _ = world.submit(get)
    world.store.schedulePass(at: world.now)
    world.store.advance(at: world.now, readUpTo: world.now)
    #expect(world.nextDeadline > world.now + .milliseconds(1))
  }

  @Test("At the end they leave, whatever it owes")
  func end() {
    let (world, _) = busyCluster()
    _ = world.call(get)
    world.store.stopGathering()
    world.settle()
    #expect(world.taken(by: 7000).count == 1)
  }
}
