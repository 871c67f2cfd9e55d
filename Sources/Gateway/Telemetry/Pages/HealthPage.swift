// `/health`: the gateway's state as a document for monitors (draft-inadarei-api-health-check).

import API
import Primitives
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
    var members: [(String, JSONValue)] = [
      ("status", .string(status)), ("version", .string(state.version)),
      ("description", .string("session-gateway in front of the \(health.store) store")),
      ("uptimeSeconds", .number(Int(state.uptime))), ("draining", .flag(state.isDraining)),
    ]
    if let age = state.topologyAge { members.append(("topologyAgeSeconds", .number(Int(age)))) }
    members.append(("checks", .object(checks(health, nodes))))
    return Page(
      status: isFailing ? 503 : 200, type: "application/health+json",
      text: JSONValue.object(members).text + "\n")
  }

  private static func checks(
    _ health: BackendHealth, _ nodes: [NodeHealth]
  ) -> [(String, JSONValue)] {
    guard let memory = health.memory else { return [("redis:nodes", .array(nodes.map(check)))] }
    return [
      ("memory:sessions", .array([check(memory.sessions, "sessions")])),
      ("memory:bytes", .array([check(memory.bytes, "bytes")])),
    ]
  }

  /// A check that only shows a number.
  private static func check(_ value: Int, _ unit: String) -> JSONValue {
    .object([
      ("componentType", .string("datastore")), ("observedValue", .number(value)),
      ("observedUnit", .string(unit)), ("status", .string("pass")),
    ])
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
  private static func check(_ node: NodeHealth) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("componentId", .string(node.endpoint.description)), ("componentType", .string("datastore")),
      ("role", .string(node.role.rawValue)), ("connected", .flag(node.isReady)),
      ("suspect", .flag(node.isSuspect)), ("slots", .number(node.slots)),
      ("pending", .number(node.depth)),
      ("observedValue", .number(node.latencySeconds * 1_000, decimals: 3)),
      ("observedUnit", .string("ms")), ("status", .string(status(node))),
    ]
    if let (code, detail) = reason(node) {
      members += [("code", .string(code)), ("output", .string(detail))]
    }
    if let fault = node.fault ?? node.lastFault {
      members.append(("lastError", .string(fault.detail)))
    }
    return .object(members)
  }

  /// Why a node does not pass, the gravest first.
  private static func reason(_ node: NodeHealth) -> (code: String, detail: String)? {
    if let fault = node.fault { return (fault.code, fault.detail) }
    if let refusal = node.viewRefusal { return ("topology", refusal.detail) }
    return node.refusals.first.map { ("\($0.code)", "\($0.detail)") }
  }
}
