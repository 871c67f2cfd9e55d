// What one reply may cost. Redis is trusted with the data, not with the memory: a broken proxy or a
// foreign service on the port must not be able to exhaust the gateway.

/// The bounds of one reply. A reply that exceeds one ends its connection.
public struct ReplyLimits: Equatable, Sendable {
  /// How many bytes all strings, statuses and errors of a reply may have together.
  public var bytes: Int
  /// How many bytes one status or error may have: Redis's are one line of text.
  public var line: Int
  /// How many tokens a reply may have, arrays and their elements counted alike. `CLUSTER SLOTS` has some
  /// 18 for a range of slots with two replicas, and 16,384 ranges at most.
  public var tokens: Int
  /// How many arrays may stand in each other. At most 7, so that every hiredis sees the same;
  /// `CLUSTER SLOTS` needs 4.
  public var depth: Int
  /// How long a bulk string may be that is the whole reply and has more than `bytes`: it is passed over, and
  /// told as Redis tells of a value of another type (WRONGTYPE), instead of ending the connection of all. A
  /// gateway with another `--max-body` may have written it. 0 for none.
  public var passed: Int

  /// Bounds for replies of `bytes` bytes, 16 MiB unless told otherwise.
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

/// Why a reply can't be read. The bytes after it mean nothing, so its connection is closed.
public enum ReplyFault: Int32, Equatable, Sendable {
  /// Not Redis's RESP2: an unknown first byte, a number that is none, a bulk string without its
  /// CR LF, a line with a CR or LF in it or longer than `ReplyLimits.line`, a type of RESP3.
  case malformed = 1
  /// More bytes than `ReplyLimits.bytes`, declared or come.
  case tooLarge
  /// More tokens than `ReplyLimits.tokens`, declared or come.
  case tooManyTokens
  /// More arrays in each other than `ReplyLimits.depth`.
  case tooDeep
}
