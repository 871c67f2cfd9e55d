// The nodes as all workers together see them. Each worker has its own connections and reports them
// on its board: at most once a second, but at once after an event of the log. Whichever worker
// answers for the gateway combines the boards, so a count does not depend on the worker that a
// scrape meets.

import ClusterStore
import Redis
import Synchronization

extension GatewayState {
  /// Every node that any worker knows, in the order of their addresses. Roles and slots are those of
  /// the worker whose topology is the youngest: others may learn of a change only when a node
  /// redirects them, or when their topology is a minute old.
  func nodes() -> [NodeHealth] {
    var nodes: [Endpoint: NodeHealth] = [:]
    let youngest = boards.map { $0.value(.storeTopologySince) }.max()
    let isYoungest = { (board: WorkerBoard) in board.value(.storeTopologySince) == youngest }
    for board in boards.filter(isYoungest) + boards.filter({ !isYoungest($0) }) {
      for var node in board.nodes.withLock({ $0 }) {
        if nodes[node.endpoint]?.add(node) != nil { continue }
        if !isYoungest(board) { (node.role, node.slots) = (.unknown, 0) }
        nodes[node.endpoint] = node
      }
    }
    return nodes.values.sorted { $0.endpoint.description < $1.endpoint.description }
  }
}

extension NodeHealth {
  /// Adds one worker's view: the node is connected and serves if all workers say so, and is suspect
  /// if any does.
  fileprivate mutating func add(_ other: NodeHealth) {
    isReady = isReady && other.isReady
    isServing = isServing && other.isServing
    isSuspect = isSuspect || other.isSuspect
    latencySeconds = max(latencySeconds, other.latencySeconds)
    depth += other.depth
    tally.add(other.tally)
    refusals += other.refusals.filter { !refusals.contains($0) }
    fault = fault ?? other.fault
    lastFault = lastFault ?? other.lastFault
    viewRefusal = viewRefusal ?? other.viewRefusal
  }
}
