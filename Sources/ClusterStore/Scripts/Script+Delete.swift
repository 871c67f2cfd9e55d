// Removing a session under a condition or a lock, decided in Redis in one step with the act.

extension Script {
  /// Removes.
  ///
  /// KEYS: the session. ARGV: condition, token or nothing.
  /// Answers: D, M, F, X, B.
  static let deleteBody = #"""
    if ARGV[2] ~= '' and not holds(ARGV[2]) then return 'X' end
    if not meets(ARGV[1]) then return refusal(ARGV[1]) end
    if #h > 0 then redis.call('UNLINK', KEYS[1]) end
    return lives and 'D' or 'M'
    """#
}
