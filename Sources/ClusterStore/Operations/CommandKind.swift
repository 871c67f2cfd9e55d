import Sessions

/// What a node was asked for, as far as durations are counted separately.
public enum CommandKind: UInt8, CaseIterable, Sendable {
  case get, peek, inspect, put, touch, delete, lock, renew, unlock
  /// The store's own: a correction of a timeout, a question about a lost write, a probe, the
  /// topology, the loading of scripts.
  case upkeep

  /// Its label in metrics.
  public var name: StaticString {
    switch self {
    case .get: "get"
    case .peek: "peek"
    case .inspect: "inspect"
    case .put: "put"
    case .touch: "touch"
    case .delete: "delete"
    case .lock: "lock"
    case .renew: "renew"
    case .unlock: "unlock"
    case .upkeep: "upkeep"
    }
  }

  init(_ verb: Verb) {
    switch verb {
    case .get: self = .get
    case .peek: self = .peek
    case .inspect: self = .inspect
    case .put: self = .put
    case .touch: self = .touch
    case .delete: self = .delete
    case .lock: self = .lock
    case .renew: self = .renew
    case .unlock: self = .unlock
    }
  }
}

extension Operation {
  /// The kind it is counted as.
  var kind: CommandKind {
    switch purpose {
    case .session(let verb, _): CommandKind(verb)
    case .correction, .verification: .upkeep
    }
  }
}
