// What a run is to do: the server, the load and its bounds. Values only; the command line checks
// them (`LoadMistake` says what is wrong and what to write instead).

public import Primitives
public import Settings

/// A request target with a place for the session's number.
public struct LoadTarget: Equatable, Sendable {
  /// The part before the number, including the sessions' prefix.
  public let before: String
  /// The part after it.
  public let after: String
}

/// A load, and the server to put it on.
public struct LoadPlan: Sendable {
  /// The server's host.
  public var host = "127.0.0.1"
  /// The server's port.
  public var port: UInt16 = 8_080
  /// How many connections there are, each with one request at a time.
  public var connections = 64
  /// How many further connections are opened and left idle.
  public var idleConnections = 0
  /// Requests a second; nil: as fast as responses arrive (a closed loop).
  public var rate: Int?
  /// The operations, by weight.
  public var mix = WeightedChoice<LoadOperation>([(.get, 1), (.put, 1)])!
  /// The payload sizes in bytes, by weight.
  public var sizes = WeightedChoice<Int>([(20 << 10, 1)])!
  /// How many sessions there are.
  public var keys = 2_000
  /// The prefix of session ids; eight digits follow it.
  public var prefix = "bench-"
  /// Targets that replace the gateway's own, by operation; `{id}` stands for the session's id.
  public var targets: [LoadOperation: String] = [:]
  /// The bearer token, if the server requires one.
  public var token: Secret?
  /// How long to measure.
  public var duration = TimeSpan.seconds(10)
  /// How long the load runs before it is measured.
  public var warmUp = TimeSpan.seconds(1)
  /// The most requests, including those of the warm-up.
  public var requests = 10_000_000
  /// Whether all sessions are written before the load begins.
  public var fills = true
  /// Whether payloads are compared byte by byte.
  public var verifies = false
  /// How long the server may send no response before the run ends: longer than the gateway's own
  /// deadline, 10 s by default.
  public var patience = TimeSpan.seconds(15)
  /// The seed of the order of sessions, operations and sizes.
  public var seed: UInt64 = 1

  /// The default load: 64 connections as fast as they go, one read and one write of 20 KiB per page
  /// view.
  public init() {}

  /// The value of `Host` (RFC 9110 §7.2); an IPv6 address is in brackets.
  public var authority: String { HostPort(host: host, port: port).description }

  /// The target of `operation`, split at the session's number.
  public func target(of operation: LoadOperation) -> LoadTarget {
    let text = targets[operation] ?? Self.defaultTarget(of: operation)
    let marks = "{id}"
    guard let at = Self.firstIndex(of: marks, in: text) else {
      return LoadTarget(before: text + prefix, after: "")
    }
    return LoadTarget(
      before: text[..<at] + prefix, after: String(text[at...].dropFirst(marks.count)))
  }

  private static func defaultTarget(of operation: LoadOperation) -> String {
    switch operation {
    case .get, .put: "/v1/sessions/{id}"
    case .touch: "/v1/sessions/{id}/touch"
    case .lock: "/v1/sessions/{id}/lock?wait=5"
    }
  }

  private static func firstIndex(of word: String, in text: String) -> String.Index? {
    text.indices.first { text[$0...].hasPrefix(word) }
  }
}
