public import Reactor
public import Redis

/// How an attempt to reach a node ended.
public enum Reach: Equatable, Sendable {
  /// The node accepts the greeting.
  case reached
  /// The name does not exist.
  case unknownHost
  /// The name service does not answer.
  case noNameService
  /// No connection, with the reason.
  case transport(TransportFault)
  /// It did not answer in time.
  case silent
  /// It speaks TLS and the settings do not, or the reverse.
  case otherProtocol
  /// Its answer is not in Redis's protocol.
  case notRedis
  /// It refuses the greeting, with the error.
  case refused(RedisError)
  /// The doctor's time ran out before this node.
  case skipped
}
