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
    case .livez, .readyz: Page(type: "text/plain; charset=utf-8", text: "ok\n")
    case .health: HealthPage.page(backend.health, gatewayState)
    case .metrics: MetricsPage.page(gatewayState, backend.health, waiters: lockLines.count)
    case .contract:
      Page(type: "application/yaml", text: gatewayState.contract)
    case .version: VersionPage.page(gatewayState)
    case .session, .sessions, .touch, .lock, .touches, .unknown:
      preconditionFailure("it is no page")
    }
  }

  /// Tells the board about the nodes: at most once a second, and before a page is made.
  mutating func report() {
    isUnreported = false
    nextReport = moment.instant + .seconds(1)
    board.nodes.withLock { $0 = backend.nodes }
  }

  /// Why the answer to a yes-or-no question of operators is no; nil when it is yes.
  func obstacle(to route: Route) -> Problem? {
    switch route {
    case .livez where gatewayState.hangs: .notLive
    case .readyz where gatewayState.isDraining: .notReady(drains: true)
    case .readyz where !gatewayState.isServing: .notReady(drains: false)
    default: nil
    }
  }
}
