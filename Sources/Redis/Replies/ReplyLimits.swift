// What one reply may cost. Redis is trusted with the data, not with the memory: a broken proxy or a
// foreign service on the port must not be able to exhaust the gateway.

/// The bounds of one reply. A reply that exceeds one ends its connection, except as `passed`
/// allows.
public struct ReplyLimits: Equatable, Sendable {
  /// The largest number of bytes of all strings, statuses and errors of a reply together.
  public var bytes: Int
  /// The largest number of bytes of one status or error: Redis's are one line of text.
  public var line: Int
  /// The largest number of tokens, arrays and their elements counted alike. `CLUSTER SLOTS` has
  /// about 18 for a range of slots with two replicas, and at most 16,384 ranges.
  public var tokens: Int
  /// The deepest nesting of arrays. At most 7, so that every hiredis version judges alike; `CLUSTER
  /// SLOTS` needs 4.
  public var depth: Int
  /// The longest bulk string, in bytes, that is skipped when it is the whole reply and exceeds
  /// `bytes`; 0 for none. It is reported like a value of the wrong type (WRONGTYPE), so that the
  /// connection, which others share, survives. A gateway with another `--max-body` may have written
  /// it.
  public var passed: Int

  /// Bounds for replies of `bytes` bytes, 16 MiB by default.
  public init(
    bytes: Int = 16 << 20, line: Int = 64 << 10, tokens: Int = 1 << 19, depth: Int = 7,
    passed: Int = 0
  ) {
    precondition(bytes > 0 && bytes < 1 << 31, "a reply's bytes are counted in 31 bits")
    precondition(line >= 64, "an error needs a line of at least 64 bytes")
    precondition(tokens > 0, "a reply has at least one token")
    precondition(depth > 0 && depth <= 7, "hiredis 0.14 reads arrays to a depth of 8")
    self.bytes = bytes
    self.line = line
    self.tokens = tokens
    self.depth = depth
    self.passed = passed
  }
}

/// Why a reply cannot be read. The bytes after it are meaningless, so its connection is closed.
public enum ReplyFault: Int32, Equatable, Sendable {
  /// Not the RESP2 of Redis: an unknown first byte, a malformed number, a bulk string without its
  /// CR LF, a line that contains a CR or LF or exceeds `ReplyLimits.line`, a type of RESP3.
  case malformed = 1
  /// More bytes than `ReplyLimits.bytes`, declared or received.
  case tooLarge
  /// More tokens than `ReplyLimits.tokens`, declared or received.
  case tooManyTokens
  /// Arrays nested deeper than `ReplyLimits.depth`.
  case tooDeep
}
