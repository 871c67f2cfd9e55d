import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("A record says when it was sent")
struct StampTests {
  static let put = Call.put(ID.low, version: 5)
  static let long = put.carrying(Array(repeating: 1, count: 1_024))

  @Test(
    "A write that had to wait is stamped as it leaves, whatever decides it",
    arguments: [put, put.when(.absent), put.when(version: 4), long, long.holding(7)])
  func parked(_ call: Call) throws {
    let world = ScriptedNodes.cluster()
    world.die(7000)
    _ = world.call(call)
    world.pass(milliseconds: 700)
    let (sent, wall) = (world.now, world.wall + 700)
    world.down = []
    // The longest pause before a node is tried again is two seconds.
    world.pass(milliseconds: 2_000)
    let record = try #require(world.lastRecord(at: 7000))
    #expect(record.stamp.begun >= sent)
    #expect(record.stamp.origin == ScriptedNodes.origin)
    #expect((wall...wall + 2_000).contains(record.created.milliseconds))
    #expect(record.version == SessionVersion(bits: 5))
    #expect(record.recordLength == 96 + call.contentType.count + call.payload.count)
  }

  @Test("So is one that was refused, and each repeat of a lost one")
  func again() throws {
    let world = ScriptedNodes.cluster()
    _ = world.call(Self.put)
    let first = try #require(world.lastRecord(at: 7000)).stamp
    #expect(first.kind == .plain)
    world.say(7000, Say.empty + "-TRYAGAIN x\r\n")
    world.pass(milliseconds: 20)
    let second = try #require(world.lastRecord(at: 7000)).stamp
    #expect(second.kind == .plain && second.begun > first.begun)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, Say.empty)
    let third = try #require(world.lastRecord(at: 7000)).stamp
    #expect(third.kind == .plain && third.begun > second.begun)
  }

  /// 4 is refused; 5 is carried out and seen, replaced by somebody who knows it, and its answer is lost;
  /// then 4 comes late over all that.
  @Test("A write that was begun before a lost one, and left after it was, is not taken for older")
  func late() throws {
    let world = ScriptedNodes.cluster()
    let early = Call.put(ID.low, version: 4)
    let waiting = world.call(early)
    world.say(7000, Say.empty + "-TRYAGAIN x\r\n")
    let lost = world.call(Self.put)
    world.pass(milliseconds: 20)
    let record = try #require(world.lastRecord(at: 7000))
    #expect(record.version == SessionVersion(bits: 4))
    world.hangUp(7000)
    _ = world.taken(by: 7000)
    world.pass(milliseconds: 200)
    let questions = world.taken(by: 7000)
    #expect(questions.count == 2)
    let found = Say.header(early, stamp: record.stamp)
    world.say(7000, found + found)
    #expect(world.outcomes[waiting] == .replaced(SessionVersion(bits: 4)))
    #expect(world.outcomes[lost] == .replaced(SessionVersion(bits: 5)))
    #expect(world.taken(by: 7000) == [])
  }
}
