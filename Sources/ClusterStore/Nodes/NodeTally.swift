// What is counted of one node: how long it took for which command, which errors it answered, and why
// connections to it were lost. Plain numbers in the node, written where things happen; whoever shows
// them adds up what several workers have counted. Bounded by the kinds there are.

public import Primitives
import Redis
import Sessions

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
