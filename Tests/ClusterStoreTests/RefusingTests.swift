import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What a node refuses is a state of it: one line when it begins, one when it is over")
struct RefusingTests {
  let node = Endpoint(host: "10.0.0.1", port: 7000)

  /// What the log was told of refusals.
  private func told(_ world: ScriptedNodes) -> [ClusterEvent] {
    world.events.filter {
      switch $0 {
      case .nodeRefuses, .nodeAccepts: true
      default: false
      }
    }
  }

  /// A put whose answer is `error`.
  private func put(_ world: ScriptedNodes, _ error: String) {
    let call = world.call(.put(ID.low, version: 1).when(.exists))
    _ = world.taken(by: 7000)
    world.say(7000, error)
    if world.outcomes[call] == nil { _ = world.abandon(call) }
    world.settle()
  }

  @Test(
    "Told once, in a cluster and of a single node",
    arguments: [
      ("-CLUSTERDOWN no\r\n", .clusterdown), ("-MASTERDOWN no\r\n", .masterdown),
      ("-LOADING no\r\n", .loading), ("-READONLY no\r\n", .readonly), ("-BUSY no\r\n", .busy),
      ("-NOREPLICAS no\r\n", .noreplicas), ("-OOM no\r\n", .oom), ("-MISCONF no\r\n", .misconf),
      ("-NOAUTH no\r\n", .noauth), ("-NOPERM no\r\n", .noperm), ("-WRONGPASS no\r\n", .wrongpass),
      ("-ERR something new\r\n", .other),
    ] as [(String, ErrorKind)], [true, false])
  func once(_ refusal: (error: String, kind: ErrorKind), inCluster: Bool) {
    let world = inCluster ? ScriptedNodes.cluster() : ScriptedNodes.single()
    for _ in 0..<3 { put(world, refusal.error) }
    #expect(told(world) == [.nodeRefuses(node, refusal.kind)])
    #expect(world.health.flatMap(\.refusals) == [refusal.kind])
    world.pass(milliseconds: 10_100)
    #expect(told(world) == [.nodeRefuses(node, refusal.kind), .nodeAccepts(node, refusal.kind)])
    #expect(world.health.flatMap(\.refusals).isEmpty)
  }

  @Test("What was done in between does not end it, what was refused again prolongs it")
  func lasts() {
    let world = ScriptedNodes.cluster()
    for _ in 0..<4 {
      put(world, "-OOM no\r\n")
      world.pass(milliseconds: 6_000)
      let read = world.call(.get(ID.low))
      _ = world.taken(by: 7000)
      world.say(7000, Say.null)
      #expect(world.outcomes[read] == .missing)
    }
    #expect(told(world) == [.nodeRefuses(node, .oom)])
  }

  @Test("Each kind has its own beginning and end")
  func kinds() {
    let world = ScriptedNodes.cluster()
    put(world, "-OOM no\r\n")
    world.pass(milliseconds: 5_000)
    put(world, "-MISCONF no\r\n")
    world.pass(milliseconds: 6_000)
    #expect(
      told(world) == [
        .nodeRefuses(node, .oom), .nodeRefuses(node, .misconf), .nodeAccepts(node, .oom),
      ])
  }

  @Test(
    "What concerns a slot, a key or a script is no state of the node",
    arguments: [
      "-MOVED 1 10.0.0.1:7001\r\n", "-ASK 1 10.0.0.1:7001\r\n", "-TRYAGAIN no\r\n",
      "-NOSCRIPT no\r\n", "-WRONGTYPE no\r\n", "-CROSSSLOT no\r\n", "-MOVED nonsense\r\n",
    ])
  func others(_ error: String) {
    let world = ScriptedNodes.cluster()
    put(world, error)
    #expect(told(world).isEmpty)
    #expect(world.health.flatMap(\.refusals).isEmpty)
  }
}
