// Which error answers end an operation, and with which fault; the others are retried.

import Redis
import Sessions

extension RedisError {
  /// The error in a form that may outlive its reply. MOVED and ASK point at a host within the
  /// reply's bytes, so they are kept as TRYAGAIN, which is simply retried.
  var kept: RedisError {
    switch self {
    case .moved, .ask: .tryAgain
    default: self
    }
  }

  /// Whether the node takes no writes for now but can be read from: its disk is full, or its
  /// replicas are gone.
  var refusesWrites: Bool { self == .misconfigured || self == .noReplicas }

  /// The fault, if repeating the command would not help; nil if it might.
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
