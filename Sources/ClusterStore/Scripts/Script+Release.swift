// Releasing a lock: only its holder can.

extension Script {
  /// Releases a held lock. Its token stays, in the place of its request, until the session is
  /// written or locked, so that a release that is sent again because its answer was lost shows that
  /// it was carried out.
  ///
  /// KEYS: the session. ARGV: token; `1` to leave alone a lock that was found again or nothing.
  /// Answers: U, V, X, B.
  static let releaseBody = #"""
    if not holds(ARGV[1]) then
      local released = lives and h:sub(57, 72) == ARGV[1] and struct.unpack('>I8', h, 81) == 0
      return released and 'V' or 'X'
    end
    if ARGV[2] ~= '' and h:sub(73, 73) == '\1' then return 'X' end
    patch(40, string.rep('\0', 16) .. ARGV[1] .. string.rep('\0', 16))
    return 'U'
    """#
}
