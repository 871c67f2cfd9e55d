import Redis

/// The kinds of error answers, named after the word with which Redis begins them.
public enum ErrorKind: UInt8, CaseIterable, Sendable {
  case moved, ask, malformedRedirect, tryagain, clusterdown, masterdown, loading, readonly, busy
  case noreplicas, noscript, oom, misconf, noauth, noperm, wrongpass, wrongtype, crossslot
  case execabort, noCluster, other

  /// A stable word for metrics, the log and `/health`.
  public var code: String {
    switch self {
    case .malformedRedirect: "malformed-redirect"
    case .noCluster: "no-cluster"
    default: "\(self)"
    }
  }

  init(_ error: RedisError) {
    self =
      switch error {
      case .moved: .moved
      case .ask: .ask
      case .malformedRedirect: .malformedRedirect
      case .tryAgain: .tryagain
      case .clusterDown: .clusterdown
      case .masterDown: .masterdown
      case .loading: .loading
      case .readOnly: .readonly
      case .busy: .busy
      case .noReplicas: .noreplicas
      case .noScript: .noscript
      case .outOfMemory: .oom
      case .misconfigured: .misconf
      case .noAuth: .noauth
      case .noPermission: .noperm
      case .wrongPassword: .wrongpass
      case .wrongType: .wrongtype
      case .crossSlot: .crossslot
      case .executionAborted: .execabort
      case .clusterDisabled: .noCluster
      case .other: .other
      }
  }

  /// Whether it describes the state of the node. Others concern a slot, a key or a script.
  var isState: Bool {
    switch self {
    case .clusterdown, .masterdown, .loading, .readonly, .busy, .noreplicas, .oom, .misconf,
      .noauth, .noperm, .wrongpass, .other:
      true
    case .moved, .ask, .malformedRedirect, .tryagain, .noscript, .wrongtype, .crossslot,
      .execabort, .noCluster:
      false
    }
  }

  /// Whether an owner of slots that answers a probe with it serves no callers.
  var endsService: Bool {
    switch self {
    case .clusterdown, .masterdown, .loading, .busy, .noauth, .readonly: true
    default: false
    }
  }
}
