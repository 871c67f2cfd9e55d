import Primitives
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Lost writes that were found out about wait no longer")
struct ParkingTests {
  /// Loses these many puts at 7000, all of which were carried out, as the questions show.
  private func losePuts(_ count: Int, in world: ScriptedNodes) {
    let calls = (0..<count).map { Call.put(ID.low, version: UInt64(100 + $0)) }
    let numbers = calls.map { world.call($0) }
    world.hangUp(7000)
    world.pass(milliseconds: 100)
    for call in calls { world.say(7000, Say.header(call)) }
    for (number, call) in zip(numbers, calls) {
      #expect(world.outcomes[number] == .replaced(SessionVersion(bits: call.version)))
    }
  }

  @Test("They are counted no longer")
  func counted() {
    let world = ScriptedNodes.cluster()
    losePuts(3, in: world)
    world.settle()
    #expect(world.depth == 0 && world.parkedCount == 0)
  }

  @Test("They take no room from what waits for a node")
  func room() {
    let world = ScriptedNodes.cluster { $0.parkedOperations = 3 }
    losePuts(3, in: world)
    world.die(7001)
    world.pass(milliseconds: 1_000)
    let call = world.call(.get(ID.high))
    #expect(world.outcomes[call] == nil)
  }

  @Test("They give up their places within the moment in which they ended")
  func places() async {
    await #expect(processExitsWith: .success) {
      let world = ScriptedNodes.cluster { limits in
        limits.operations = 16
        limits.ownOperations = 4
      }
      let calls = (0..<10).map { Call.put(ID.low, version: UInt64(100 + $0)) }
      for call in calls { _ = world.call(call) }
      world.hangUp(7000)
      world.pass(milliseconds: 100)
      for call in calls { world.sayUnsettled(7000, Say.header(call)) }
      for _ in 0..<8 {
        _ = world.submit(.touch(ID.low))
        _ = world.submit(.touch(ID.high))
      }
      world.loseUnsettled(7000)
      world.loseUnsettled(7001)
    }
  }
}
