// Giving a lock back: only its holder can.

extension Script {
  /// Releases a held lock.
  ///
  /// KEYS: the session. ARGV: token. Answers: U, X, B.
  static let releaseBody = #"""
    if not holds(ARGV[1]) then return 'X' end
    redis.call('SETRANGE', KEYS[1], 40, string.rep('\0', 48))
    return 'U'
    """#
}
