// Renewing a lock's lease: only its holder can, and only before it ends.

extension Script {
  /// Restarts the lease of a held lock and slides the idle timeout.
  ///
  /// KEYS: the session. ARGV: token; lease and idle timeout in milliseconds.
  /// Answers: T, X, B.
  static let renewBody = #"""
    if not holds(ARGV[1]) then return 'X' end
    patch(80, struct.pack('>I8', now + tonumber(ARGV[2])))
    slide(ARGV[3])
    return 'T'
    """#
}
