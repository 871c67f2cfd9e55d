// Pages for operators, off the data path. Any worker answers for all of them.

import API
import Primitives
import Server
import Synchronization

extension Worker where Store: ~Copyable {
  /// The page of an operator route.
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

  /// Updates the nodes on the board: at most once a second, but also after an event of the log and
  /// before a page that shows them.
  mutating func report() {
    isUnreported = false
    nextReport = moment.instant + .seconds(1)
    board.nodes.withLock { $0 = backend.nodes }
  }

  /// Why the answer to an operator's yes-or-no question is no; nil if it is yes.
  func obstacle(to route: Route) -> Problem? {
    switch (route, gatewayState.readiness) {
    case (.livez, _) where gatewayState.hangs: .notLive
    case (.readyz, .notServing): .notReady(drains: false)
    case (.readyz, .draining): .notReady(drains: true)
    default: nil
    }
  }
}
