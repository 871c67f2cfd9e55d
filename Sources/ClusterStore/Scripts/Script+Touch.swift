// Sliding a timeout under a condition, and correcting one that a plain GETEX set.

extension Script {
  /// Slides the idle timeout, by the record's own if it names one, at most to the absolute
  /// deadline. Removes a record whose absolute deadline has passed.
  ///
  /// KEYS: the session. ARGV: condition; the namespace's idle timeout in milliseconds.
  /// Answers: T, M, F, B.
  static let touchBody = #"""
    if not lives and #h > 0 then redis.call('UNLINK', KEYS[1]) end
    if not meets(ARGV[1]) then return refusal(ARGV[1]) end
    if not lives then return 'M' end
    slide(ARGV[2])
    return 'T'
    """#
}
