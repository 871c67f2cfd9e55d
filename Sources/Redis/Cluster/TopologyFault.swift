/// Why a reply is not a view of a cluster.
public enum TopologyFault: Error, Equatable, Sendable {
  /// The node answered with an error instead.
  case refused(RedisError)
  /// Not the nested arrays that `CLUSTER SLOTS` is documented to return.
  case wrongShape
  /// A slot below 0 or above 16,383, or a range whose end is before its start.
  case slotOutOfBounds
  /// A slot in two ranges.
  case overlap
  /// An invalid port, address or node id.
  case invalidNode
}
