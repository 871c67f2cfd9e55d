// One line an event, to standard error: for people (`text`) or for machines (`json`). Written by
// swift-log's handlers of our own, since its stream handler knows no JSON.

import ClusterStore
import Glibc
import Logging
import Primitives
import Settings

/// A log handler that writes each event as one line.
struct LineLogHandler: LogHandler {
  var metadata = Logger.Metadata()
  var logLevel: Logger.Level
  private let isJSON: Bool

  init(level: Logger.Level, isJSON: Bool) {
    logLevel = level
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
    // One write a line: lines of several threads do not mix.
    var bytes = Array(line.utf8)
    _ = unsafe write(2, &bytes, bytes.count)
  }

  private typealias Fields = [(key: String, value: Logger.Metadata.Value)]

  private func text(_ event: LogEvent, _ fields: Fields) -> String {
    let details = fields.map { " \($0.key)=\($0.value)" }.joined()
    let level = "\(event.level)".uppercased()
    return "\(timestamp()) \(level) \(event.message)\(details)\n"
  }

  private func json(_ event: LogEvent, _ fields: Fields) -> String {
    var members = [
      "\"time\":\"\(timestamp())\"", "\"level\":\"\(event.level)\"",
      "\"message\":\(JSONText.quoted("\(event.message)"))",
    ]
    for field in fields {
      members.append("\(JSONText.quoted(field.key)):\(JSONText.quoted("\(field.value)"))")
    }
    return "{" + members.joined(separator: ",") + "}\n"
  }

  /// `2026-11-21T12:00:00.000Z`
  private func timestamp() -> String {
    let now = UnixTime.now().milliseconds
    var seconds = time_t(now / 1_000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let size = buffer.count
    let length = unsafe strftime(&buffer, size, "%Y-%m-%dT%H:%M:%S", &parts)
    let date = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let milliseconds = String(1_000 + now % 1_000).dropFirst()
    return "\(date).\(milliseconds)Z"
  }
}

extension Logger {
  /// The gateway's log as the settings want it.
  static func gateway(_ settings: LogSettings) -> Logger {
    let isJSON =
      switch settings.format {
      case .json: true
      case .text: false
      case .auto: isatty(2) == 0
      }
    let level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
    return Logger(label: "session-gateway") { _ in LineLogHandler(level: level, isJSON: isJSON) }
  }

  /// Tells what happened to a node or the topology.
  func tell(_ event: ClusterEvent) {
    switch event {
    case .nodeUp(let endpoint):
      info("Redis node is connected", metadata: ["node": "\(endpoint)"])
    case .nodeDown(let endpoint, let fault):
      warning(
        "Redis node is not connected",
        metadata: ["node": "\(endpoint)", "code": "\(fault.code)", "detail": "\(fault.detail)"])
    case .nodeSuspect(let endpoint):
      warning("Redis node owes answers and is silent", metadata: ["node": "\(endpoint)"])
    case .nodeRecovered(let endpoint):
      info("Redis node answers again", metadata: ["node": "\(endpoint)"])
    case .singleNode(let endpoint):
      info("Redis is a single node", metadata: ["node": "\(endpoint)"])
    case .topologyChanged(let primaries, let replicas, let slots):
      info(
        "Redis Cluster topology taken over",
        metadata: ["primaries": "\(primaries)", "replicas": "\(replicas)", "slots": "\(slots)"])
    case .topologyRefused(let endpoint, let reason):
      warning(
        "Redis node gave no topology", metadata: ["node": "\(endpoint)", "reason": "\(reason)"])
    }
  }
}
