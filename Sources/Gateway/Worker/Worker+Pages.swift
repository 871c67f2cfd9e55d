// What operators ask, off the data path; any worker answers for all of them.

import API
import Primitives
import Server
import Synchronization

extension Worker where Store: ~Copyable {
  /// The page of an operators' route.
  mutating func page(for route: Route) -> Page {
    if route == .health || route == .metrics {
      board.publish(server.counters)
      report()
    }
    return switch route {
    case .livez: verdict("not live", gatewayState.hangs ? "loop" : nil)
    case .readyz: verdict("not ready", obstacle)
    case .health: HealthPage.page(backend.health, gatewayState)
    case .metrics: MetricsPage.page(gatewayState, backend.health, waiters: lockLines.count)
    case .contract:
      Page(type: "application/yaml", text: gatewayState.contract)
    default: VersionPage.page(gatewayState)
    }
  }

  /// Tells the board about the nodes: at most once a second, and before a page is made.
  mutating func report() {
    isUnreported = false
    nextReport = moment.instant + .seconds(1)
    board.nodes.withLock { $0 = backend.nodes }
  }

  /// Why the gateway is not ready; nil when it is.
  private var obstacle: String? {
    if gatewayState.isDraining { return "draining" }
    return gatewayState.isServing ? nil : "store"
  }

  private func verdict(_ what: String, _ reason: String?) -> Page {
    let type: StaticString = "text/plain; charset=utf-8"
    guard let reason else { return Page(type: type, text: "ok\n") }
    return Page(status: 503, type: type, text: "\(what): \(reason)\n")
  }
}
