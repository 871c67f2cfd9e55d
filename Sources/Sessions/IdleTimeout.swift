/// Bounds and arithmetic of timeouts; all of them are whole seconds on the outside and milliseconds
/// in a store.
public enum IdleTimeout {
  /// The seconds that a timeout may have: one second to a year of 365 days.
  public static let bounds = 1...31_536_000

  /// The seconds that are left of `milliseconds`, rounded up, so that a living session never says 0.
  public static func secondsLeft(_ milliseconds: Int64) -> Int {
    milliseconds <= 0 ? 0 : Int((milliseconds - 1) / 1_000 + 1)
  }
}
