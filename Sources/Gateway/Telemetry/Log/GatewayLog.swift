// One line for each event, for people (`text`) or for machines (`json`). Written by our own
// swift-log handler, because the stream handler of swift-log knows no JSON and writes on the thread
// that logs.

import ClusterStore
import Glibc
import Logging
import Primitives
import Settings

/// A log handler that leaves each event in a lane as one line.
struct LineLogHandler: LogHandler {
  var metadata = Logger.Metadata()
  var logLevel: Logger.Level
  private let isJSON: Bool
  private let lane: LogLane

  init(level: Logger.Level, isJSON: Bool, lane: LogLane) {
    logLevel = level
    self.lane = lane
    self.isJSON = isJSON
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let own = event.metadata { fields.merge(own) { $1 } }
    let sorted = fields.sorted { $0.key < $1.key }
    let line = isJSON ? json(event, sorted) : text(event, sorted)
    let bytes = Array(line.utf8)
    unsafe lane.leave(bytes.span.bytes, count: 1)
  }

  private typealias Fields = [(key: String, value: Logger.Metadata.Value)]

  private func text(_ event: LogEvent, _ fields: Fields) -> String {
    let details = fields.map { " \($0.key)=\($0.value)" }.joined()
    let level = "\(event.level)".uppercased()
    return "\(Timestamp.text(.now())) \(level) \(event.message)\(details)\n"
  }

  private func json(_ event: LogEvent, _ fields: Fields) -> String {
    let members = [
      ("time", Timestamp.text(.now())), ("level", "\(event.level)"),
      ("message", "\(event.message)"),
    ]
    let all = members + fields.map { ($0.key, "\($0.value)") }
    return JSONValue.object(all.map { ($0, .string($1)) }).text + "\n"
  }
}

extension LogSettings {
  /// Whether lines are for machines.
  var isJSON: Bool {
    switch format {
    case .json: true
    case .text: false
    case .auto: isatty(2) == 0
    }
  }
}

extension Logger {
  /// The gateway's log as the settings want it.
  static func gateway(_ settings: LogSettings, to lane: LogLane) -> Logger {
    let isJSON = settings.isJSON
    let level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
    return Logger(label: "session-gateway") { _ in
      LineLogHandler(level: level, isJSON: isJSON, lane: lane)
    }
  }

  /// Logs what happened to a node or the topology.
  func tell(_ event: ClusterEvent) {
    switch event {
    case .nodeUp(let endpoint):
      info("Redis node is connected", metadata: ["node": "\(endpoint)"])
    case .nodeDown(let endpoint, let fault):
      warning(
        "Redis node is not connected",
        metadata: ["node": "\(endpoint)", "code": "\(fault.code)", "detail": "\(fault.detail)"])
    case .nodeSuspect(let endpoint):
      warning("Redis node owes replies and is silent", metadata: ["node": "\(endpoint)"])
    case .nodeRecovered(let endpoint):
      info("Redis node replies again", metadata: ["node": "\(endpoint)"])
    case .nodeRefuses(let endpoint, let kind):
      warning(
        "Redis node refuses requests",
        metadata: ["node": "\(endpoint)", "code": "\(kind.code)", "detail": "\(kind.detail)"])
    case .nodeAccepts(let endpoint, let kind):
      info(
        "Redis node no longer refuses requests",
        metadata: ["node": "\(endpoint)", "code": "\(kind.code)"])
    case .replicaReadable(let endpoint):
      info("Redis replica serves reads", metadata: ["node": "\(endpoint)"])
    case .replicaLagging(let endpoint):
      warning("Redis replica lags and serves no reads", metadata: ["node": "\(endpoint)"])
    case .singleNode(let endpoint):
      info("Redis is a single node", metadata: ["node": "\(endpoint)"])
    case .topologyChanged(let primaries, let replicas, let slots):
      info(
        "Redis Cluster topology adopted",
        metadata: ["primaries": "\(primaries)", "replicas": "\(replicas)", "slots": "\(slots)"])
    case .viewRefused(let endpoint, let refusal):
      warning(
        "Redis node's topology not adopted",
        metadata: ["node": "\(endpoint)", "reason": "\(refusal.detail)"])
    }
  }
}
