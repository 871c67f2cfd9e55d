// The nodes as all workers see them together. Each worker has its own connections, and tells about
// them on its board at most once a second; whoever answers for the gateway adds that up, so that a
// count does not depend on the worker that a scrape meets.

import ClusterStore
import Redis
import Synchronization

extension GatewayState {
  /// Every node that a worker knows, in the order of their addresses.
  func nodes() -> [NodeHealth] {
    var nodes: [Endpoint: NodeHealth] = [:]
    for board in boards {
      for node in board.nodes.withLock({ $0 }) {
        if nodes[node.endpoint]?.add(node) == nil { nodes[node.endpoint] = node }
      }
    }
    return nodes.values.sorted { $0.endpoint.description < $1.endpoint.description }
  }
}

extension NodeHealth {
  /// Adds what one worker says: the node is connected and serves where all say so, and is suspect where one does.
  fileprivate mutating func add(_ other: NodeHealth) {
    if role == .unknown { role = other.role }
    isReady = isReady && other.isReady
    isServing = isServing && other.isServing
    isSuspect = isSuspect || other.isSuspect
    slots = max(slots, other.slots)
    latencySeconds = max(latencySeconds, other.latencySeconds)
    depth += other.depth
    tally.add(other.tally)
    refusals += other.refusals.filter { !refusals.contains($0) }
    fault = fault ?? other.fault
    lastFault = lastFault ?? other.lastFault
  }
}
