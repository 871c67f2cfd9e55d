// Deleting a session under a condition or a lock: Redis decides and deletes in one step.

extension Script {
  /// Deletes the session.
  ///
  /// KEYS: the session. ARGV: condition; token or nothing; what a lost write found.
  /// Answers: D, M, F, X, O, B.
  static let deleteBody = #"""
    if changed(ARGV[3]) then return 'O' .. h end
    if ARGV[2] ~= '' and not holds(ARGV[2]) then return 'X' end
    if not meets(ARGV[1]) then return refusal(ARGV[1]) end
    if #h > 0 then redis.call('UNLINK', KEYS[1]) end
    return lives and 'D' or 'M'
    """#
}
