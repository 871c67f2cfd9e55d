// What monitors read of nodes, where what each worker tells is the test's.

import API
import Primitives
import Redis
import Synchronization
import Testing

@testable import ClusterStore
@testable import Gateway

@Suite("The health document")
struct HealthPageTests {
  private func page(_ change: (inout NodeHealth) -> Void, isServing: Bool = true) throws -> String {
    let board = WorkerBoard()
    board.set(.serving, isServing ? 1 : 0)
    var node = NodeHealth(
      endpoint: Endpoint(host: "a", port: 7000), role: .primary, isReady: true, slots: 5_461,
      latencySeconds: 0, depth: 0)
    change(&node)
    board.nodes.withLock { $0 = [node] }
    let state = GatewayState(
      version: "", boards: [board], contract: "",
      output: try LogOutput(accessLanes: 0, isJSON: true))
    let page = HealthPage.page(BackendHealth(store: "redis"), state)
    let text = unsafe page.content.bytes.withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    let statuses = text.matches(of: /"status":"(\w+)"/).map { String($0.1) }
    return statuses.joined(separator: " ")
  }

  /// One worker has met a redirect, and the other has not.
  @Test("Slots are those of the worker with the youngest topology", arguments: [0, 1])
  func youngest(place: Int) throws {
    let boards = [WorkerBoard(), WorkerBoard()]
    let node = { (port: UInt16, slots: Int) in
      NodeHealth(
        endpoint: Endpoint(host: "a", port: port), role: slots > 0 ? .primary : .unknown,
        isReady: true, slots: slots, latencySeconds: 0, depth: 1)
    }
    boards[place].set(.storeTopologySince, 2)
    boards[place].nodes.withLock { $0 = [node(7000, 6_000), node(7001, 10_384)] }
    boards[1 - place].set(.storeTopologySince, 1)
    boards[1 - place].nodes.withLock { $0 = [node(7000, 10_384), node(7002, 6_000)] }
    let state = GatewayState(
      version: "", boards: boards, contract: "",
      output: try LogOutput(accessLanes: 0, isJSON: true))
    let nodes = state.nodes()
    #expect(nodes.map(\.slots) == [6_000, 10_384, 0])
    #expect(nodes.map(\.role) == [.primary, .primary, .unknown])
    #expect(nodes.map(\.depth) == [2, 1, 1])
  }

  @Test("Who serves slots fails without a connection, and a replica need not have one")
  func nodes() throws {
    #expect(try page { _ in } == "pass pass")
    // A primary that was promoted just now: nothing has gone wrong yet.
    #expect(try page({ $0.isReady = false }, isServing: false) == "fail fail")
    #expect(try page({ $0.isServing = false }, isServing: false) == "fail fail")
    #expect(try page { $0.isSuspect = true } == "warn fail")
    #expect(try page { $0.refusals = [.oom] } == "warn warn")
    #expect(try page { ($0.role, $0.slots, $0.isReady) = (.replica, 0, false) } == "pass pass")
    let silent: (inout NodeHealth) -> Void = {
      ($0.role, $0.slots, $0.isReady, $0.fault) = (.replica, 0, false, .silent)
    }
    #expect(try page(silent) == "warn warn")
  }
}
