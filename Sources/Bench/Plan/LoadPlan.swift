// What a run is to do: the server, the load and its bounds. Values only, checked by whoever reads
// them from a command line (`LoadMistake` says what was wrong and what would do).

public import Primitives
public import Settings

/// A target with a place for the session's number.
public struct LoadTarget: Equatable, Sendable {
  /// What stands before the number, the sessions' prefix included.
  public let before: String
  /// What stands behind it.
  public let after: String
}

/// A load and where it goes.
public struct LoadPlan: Sendable {
  /// The server's host.
  public var host = "127.0.0.1"
  /// The server's port.
  public var port: UInt16 = 8_080
  /// How many connections there are, each with one request at a time.
  public var connections = 64
  /// How many further connections are opened and left idle.
  public var idleConnections = 0
  /// Requests a second; nil: as fast as answers come (a closed loop).
  public var rate: Int?
  /// What the requests do.
  public var mix = WeightedChoice<LoadOperation>([(.get, 1), (.put, 1)])!
  /// How long payloads are, in bytes.
  public var sizes = WeightedChoice<Int>([(20 << 10, 1)])!
  /// How many sessions there are.
  public var keys = 2_000
  /// What the sessions' ids begin with; eight digits follow.
  public var prefix = "bench-"
  /// The targets, by operation; `{id}` stands for the session's id.
  public var targets: [LoadOperation: String] = [:]
  /// The bearer token, if the server wants one.
  public var token: Secret?
  /// How long is measured.
  public var duration = TimeSpan.seconds(10)
  /// How long the load runs before it is measured.
  public var warmUp = TimeSpan.seconds(1)
  /// The most requests, those of the warm-up included.
  public var requests = 10_000_000
  /// Whether all sessions are written before the load begins.
  public var fills = true
  /// Whether payloads are compared byte by byte.
  public var verifies = false
  /// For how long nothing may be answered: longer than the gateway's own deadline, 10 s by default.
  public var patience = TimeSpan.seconds(15)
  /// What decides the order of sessions, operations and sizes.
  public var seed: UInt64 = 1

  /// The default load: as fast as 64 connections go, one read and one write of 20 KiB a page view.
  public init() {}

  /// The server as `Host` names it, an IPv6 address in brackets (RFC 9110 7.2).
  public var authority: String { HostPort(host: host, port: port).description }

  /// The target of `operation`, cut where the number goes.
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
