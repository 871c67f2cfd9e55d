// What is counted for each node: the durations of its commands, the errors it answered, and why
// connections to it were lost. Plain numbers in the node, updated where things happen; the readers
// add up several workers' tallies. Bounded by the number of kinds.

public import Primitives
import Sessions

/// Counts for one node since it became known.
public struct NodeTally: Sendable {
  /// How long commands took, the wait in the pipeline included; indexed by the kind's raw value.
  public private(set) var durations = InlineArray<10, DurationCounts>(repeating: DurationCounts())
  /// Error replies, by kind.
  public internal(set) var errors = ErrorTally()
  /// Connections that were lost or could not be made, by the fault's code.
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

  mutating func count(_ fault: LinkFault) { faults[fault.code, default: 0] += 1 }

  /// Adds what was counted for the same node elsewhere.
  public mutating func add(_ other: NodeTally) {
    for kind in durations.indices { durations[kind].add(other.durations[kind]) }
    errors.add(other.errors)
    faults.merge(other.faults, uniquingKeysWith: +)
    connected += other.connected
  }
}
