// What the log says about the gateway as a whole. Events report single nodes and clients, once
// each; in a lasting outage the log would be silent while every caller gets 503. So the first
// thread looks every few seconds and logs when the gateway has been unready for a while, again each
// minute while it still is, and when that is over; likewise for clients that wait because the
// process has no descriptor left.

import ClusterStore
import Logging
import Primitives
import Reactor

/// Decides when there is something to log.
struct StatusLog {
  /// Something to log.
  enum Entry: Equatable {
    /// It has not been ready for this long.
    case notReady(TimeSpan)
    /// It is ready again, after this long.
    case readyAgain(TimeSpan)
    /// Clients wait because there is no descriptor left.
    case outOfDescriptors
    /// That has not happened for a minute.
    case descriptorsAgain
  }

  /// How long the gateway must be unready before that is logged: starts and failovers are mostly
  /// shorter.
  static let patience = TimeSpan.seconds(4)
  /// How often it is logged again.
  static let pause = TimeSpan.seconds(60)

  private var unreadySince: Instant?
  private var toldAt: Instant?
  private var exhaustions = 0
  private var exhaustedAt: Instant?

  /// What to log now.
  ///
  /// - Parameters:
  ///   - readiness: whether it is ready. That it drains has been logged.
  ///   - exhaustions: how often, since the start, there was no descriptor for a client.
  mutating func look(_ readiness: Readiness, exhaustions: Int, at now: Instant) -> [Entry] {
    [change(to: readiness, at: now), descriptors(exhaustions, at: now)].compactMap { $0 }
  }

  private mutating func change(to readiness: Readiness, at now: Instant) -> Entry? {
    guard readiness == .notServing else {
      defer { (unreadySince, toldAt) = (nil, nil) }
      guard readiness == .ready, toldAt != nil else { return nil }
      return unreadySince.map { .readyAgain(now - $0) }
    }
    let since = unreadySince ?? now
    unreadySince = since
    guard now - since >= Self.patience, toldAt.map({ now - $0 >= Self.pause }) ?? true else {
      return nil
    }
    toldAt = now
    return .notReady(now - since)
  }

  private mutating func descriptors(_ exhaustions: Int, at now: Instant) -> Entry? {
    if exhaustions > self.exhaustions {
      self.exhaustions = exhaustions
      defer { exhaustedAt = now }
      return exhaustedAt == nil ? .outOfDescriptors : nil
    }
    guard let last = exhaustedAt, now - last >= Self.pause else { return nil }
    exhaustedAt = nil
    return .descriptorsAgain
  }
}

extension StatusLog {
  /// Looks at the gateway, and logs what there is to log.
  mutating func look(at state: GatewayState, _ log: Logger, at now: Instant) {
    let exhaustions = state.boards.reduce(0) { $0 + $1.value(.descriptors) }
    for entry in look(state.readiness, exhaustions: exhaustions, at: now) {
      Self.tell(entry, of: state, log)
    }
  }

  private static func tell(_ entry: Entry, of state: GatewayState, _ log: Logger) {
    switch entry {
    case .notReady(let span):
      let nodes = state.nodes()
      let primaries = nodes.filter { $0.slots > 0 }
      let served = primaries.filter { $0.isReady && !$0.isSuspect && $0.isServing }
      log.warning(
        "not ready: callers get 503, /health names the nodes",
        metadata: [
          "for": "\(Int(span.seconds)) s",
          "primaries": "\(served.count) of \(primaries.count)",
          "slots": "\(served.reduce(0) { $0 + $1.slots })",
        ])
    case .readyAgain(let span):
      log.info("ready again", metadata: ["after": "\(Int(span.seconds)) s"])
    case .outOfDescriptors:
      log.warning(
        "out of descriptors for clients: raise LimitNOFILE, see session-gateway plan",
        metadata: ["limit": "\(Descriptors.limit)"])
    case .descriptorsAgain:
      log.info("descriptors for clients are available again")
    }
  }
}
