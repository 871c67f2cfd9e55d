// Which error answers end an operation, and by what; the others are waited out.

import Redis
import Sessions

extension RedisError {
  /// The error as it may be kept beyond its reply, which names the host of a redirect: without one it is
  /// waited for.
  var kept: RedisError {
    switch self {
    case .moved, .ask: .tryAgain
    default: self
    }
  }

  /// Whether the node takes no writes for now, and can be read from: its disk is full, its replicas are gone.
  var refusesWrites: Bool { self == .misconfigured || self == .noReplicas }

  /// What the error amounts to where repeating does not mend it; nil where it may.
  var lastingFault: StoreFault? {
    switch self {
    case .outOfMemory: .storeFull
    case .misconfigured: .misconfigured
    case .noAuth, .noPermission, .wrongPassword: .notPermitted
    case .wrongType: .unreadable
    case .crossSlot, .executionAborted, .other: .misconfigured
    case .moved, .ask, .malformedRedirect, .tryAgain, .clusterDown, .masterDown, .loading,
      .readOnly, .busy, .noReplicas, .noScript, .clusterDisabled:
      nil
    }
  }
}
