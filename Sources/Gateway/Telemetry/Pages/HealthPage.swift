// `/health`: the gateway's state as a document for monitors (draft-inadarei-api-health-check).

import API
import ClusterStore
import Redis
import Sessions

/// Makes the health document.
enum HealthPage {
  /// 200, or 503 while sessions cannot be served or the gateway drains.
  static func page(_ health: BackendHealth, _ state: GatewayState) -> Page {
    let isFailing = state.readiness != .ready
    let nodes = state.nodes()
    let hasWarning = nodes.contains { Self.status($0) != "pass" }
    let status = isFailing ? "fail" : hasWarning ? "warn" : "pass"
    var fields = [
      "\"status\":\"\(status)\"",
      "\"version\":\(JSONText.quoted(state.version))",
      "\"description\":\"session-gateway in front of the \(health.store) store\"",
      "\"uptimeSeconds\":\(Int(state.uptime))",
      "\"draining\":\(state.isDraining)",
    ]
    if let age = state.topologyAge {
      fields.append("\"topologyAgeSeconds\":\(Int(age))")
    }
    fields.append("\"checks\":{\(checks(health, nodes))}")
    return Page(
      status: isFailing ? 503 : 200, type: "application/health+json",
      text: "{" + fields.joined(separator: ",") + "}\n")
  }

  private static func checks(_ health: BackendHealth, _ nodes: [NodeHealth]) -> String {
    if let memory = health.memory {
      return """
        "memory:sessions":[{"componentType":"datastore","observedValue":\(memory.sessions),\
        "observedUnit":"sessions","status":"pass"}],\
        "memory:bytes":[{"componentType":"datastore","observedValue":\(memory.bytes),\
        "observedUnit":"bytes","status":"pass"}]
        """
    }
    return "\"redis:nodes\":[\(nodes.map(check).joined(separator: ","))]"
  }

  /// A node's status. A node without slots that is not connected passes unless its connection
  /// failed: replicas are connected only if reads go to them.
  private static func status(_ node: NodeHealth) -> String {
    let isWell =
      node.isReady
      ? !node.isSuspect && node.isServing && node.viewRefusal == nil
      : node.fault == nil && node.slots == 0
    if !isWell { return node.slots > 0 ? "fail" : "warn" }
    return node.refusals.isEmpty ? "pass" : "warn"
  }

  /// One node's check.
  private static func check(_ node: NodeHealth) -> String {
    var fields = [
      "\"componentId\":\(JSONText.quoted(node.endpoint.description))",
      "\"componentType\":\"datastore\"",
      "\"role\":\"\(node.role.rawValue)\"",
      "\"connected\":\(node.isReady)",
      "\"suspect\":\(node.isSuspect)",
      "\"slots\":\(node.slots)",
      "\"pending\":\(node.depth)",
      "\"observedValue\":\(milliseconds(node.latencySeconds))",
      "\"observedUnit\":\"ms\"",
      "\"status\":\"\(status(node))\"",
    ]
    if let fault = node.fault {
      fields.append("\"code\":\(JSONText.quoted(fault.code))")
      fields.append("\"output\":\(JSONText.quoted(fault.detail))")
    } else if let refusal = node.viewRefusal {
      fields.append("\"code\":\"topology\"")
      fields.append("\"output\":\(JSONText.quoted(refusal.detail))")
    } else if let refusal = node.refusals.first {
      fields.append("\"code\":\"\(refusal.code)\"")
      fields.append("\"output\":\"\(refusal.detail)\"")
    }
    if let fault = node.fault ?? node.lastFault {
      fields.append("\"lastError\":\(JSONText.quoted(fault.detail))")
    }
    return "{" + fields.joined(separator: ",") + "}"
  }

  private static func milliseconds(_ seconds: Double) -> String {
    String((seconds * 1_000_000).rounded() / 1_000)
  }
}
