// The repeat of a lost write: Redis checks what is there and writes in one step.

extension Script {
  /// Runs a plain command if the session is still what was found when the write was lost.
  ///
  /// KEYS: the session. ARGV: the command's name; its arguments behind the key; what was found.
  /// Answers: O, B, or the command's own.
  static let repeatedBody = #"""
    if changed(ARGV[#ARGV]) then return 'O' .. h end
    return redis.pcall(ARGV[1], KEYS[1], unpack(ARGV, 2, #ARGV - 1))
    """#
}
