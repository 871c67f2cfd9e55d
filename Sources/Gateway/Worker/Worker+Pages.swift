// What operators ask, off the data path: nodes as this worker sees them, readiness as all do.

import API
import Primitives

extension Worker where Store: ~Copyable {
  /// The page of an operators' route.
  func page(for route: Route) -> Page {
    switch route {
    case .livez: Page(type: "text/plain; charset=utf-8", content: "ok\n")
    case .readyz: readiness
    case .health: HealthPage.page(health, gatewayState, isDraining: drainDeadline != nil)
    case .metrics: MetricsPage.page(gatewayState, health)
    case .contract:
      Page(type: "application/yaml", content: gatewayState.contract)
    default: VersionPage.page(gatewayState)
    }
  }

  private var health: BackendHealth { backend.health(at: moment.instant) }

  private var readiness: Page {
    let reason =
      if drainDeadline != nil { "draining" } else if !gatewayState.isServing { "store" } else { "" }
    let type: StaticString = "text/plain; charset=utf-8"
    return reason.isEmpty
      ? Page(type: type, content: "ok\n")
      : Page(status: 503, type: type, content: "not ready: \(reason)\n")
  }
}
