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
    case .livez: Page(type: "text/plain; charset=utf-8", text: "ok\n")
    case .readyz: readiness
    case .health: HealthPage.page(health, gatewayState)
    case .metrics: MetricsPage.page(gatewayState, health, waiters: lockLines.count)
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

  private var health: BackendHealth { backend.health(at: moment.instant) }

  private var readiness: Page {
    let reason =
      if gatewayState.isDraining { "draining" } else if !gatewayState.isServing { "store" } else {
        ""
      }
    let type: StaticString = "text/plain; charset=utf-8"
    return reason.isEmpty
      ? Page(type: type, text: "ok\n")
      : Page(status: 503, type: type, text: "not ready: \(reason)\n")
  }
}
