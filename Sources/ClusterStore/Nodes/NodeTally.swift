// What is counted of one node: how long it took for which command, which errors it answered, and why
// connections to it were lost. Plain numbers in the node, written where things happen; whoever shows
// them adds up what several workers have counted. Bounded by the kinds there are.

public import Primitives
import Redis
import Sessions

/// What a node was asked for, as far as times are told apart.
public enum CommandKind: UInt8, CaseIterable, Sendable {
  case get, peek, inspect, put, touch, delete, lock, renew, unlock
  /// The store's own: a timeout that is corrected, a question after a lost write.
  case upkeep

  /// What it is called in a label.
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
  /// What it is counted as.
  var kind: CommandKind {
    switch purpose {
    case .session(let verb, _): CommandKind(verb)
    case .correction, .verification: .upkeep
    }
  }
}

/// The kinds of error answers, by the word that Redis begins them with.
public enum ErrorKind: String, CaseIterable, Sendable {
  case moved, ask, tryagain, clusterdown, masterdown, loading, readonly, busy, noreplicas
  case noscript, oom, misconf, noauth, noperm, wrongpass, wrongtype, crossslot, execabort
  case malformedRedirect = "malformed-redirect"
  case noCluster = "no-cluster"
  case other

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
}

/// What was counted of one node since it became known.
public struct NodeTally: Sendable {
  /// How long each kind of command took, the wait in the pipeline included; by its raw value.
  public private(set) var durations = InlineArray<10, DurationCounts>(repeating: DurationCounts())
  /// Error answers, by kind. Few, so that a dictionary will do.
  public private(set) var errors: [ErrorKind: Int] = [:]
  /// Connections that were lost or not made, by the fault's code.
  public private(set) var faults: [String: Int] = [:]
  /// Connections that became ready.
  public internal(set) var connected = 0

  /// Nothing counted yet.
  public init() {}

  /// How long commands of a kind took.
  public func durations(of kind: CommandKind) -> DurationCounts { durations[Int(kind.rawValue)] }

  mutating func count(_ kind: CommandKind, took span: TimeSpan) {
    durations[Int(kind.rawValue)].count(span)
  }

  mutating func count(_ error: RedisError) { errors[ErrorKind(error), default: 0] += 1 }

  mutating func count(_ fault: LinkFault) { faults[fault.code, default: 0] += 1 }

  /// Adds what was counted of the same node elsewhere.
  public mutating func add(_ other: NodeTally) {
    for kind in 0..<10 { durations[kind].add(other.durations[kind]) }
    errors.merge(other.errors, uniquingKeysWith: +)
    faults.merge(other.faults, uniquingKeysWith: +)
    connected += other.connected
  }
}

/// How many operations left together, as numbers in fixed memory: a count for each power of two.
public struct BatchSizes: Sendable, Equatable {
  private var counts = SIMD16<Int>(repeating: 0)

  /// Nothing counted yet.
  public init() {}

  /// How many ranges there are: up to 1, 2, 4, 8 ... 8,192 operations, and more.
  public static let ranges = 15

  /// How many batches had up to 2 to the power of `range` operations, and more than half as many.
  public subscript(range: Int) -> Int { counts[range] }

  mutating func count(_ size: Int) {
    precondition(size > 0, "an empty batch is none")
    let range = Int.bitWidth - (size - 1).leadingZeroBitCount
    counts[min(range, Self.ranges - 1)] += 1
  }
}
