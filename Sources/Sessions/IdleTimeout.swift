/// Bounds and arithmetic of timeouts: whole seconds to clients, milliseconds in a store.
public enum IdleTimeout {
  /// How many seconds a timeout may last: one second to a year of 365 days.
  public static let bounds = 1...31_536_000

  /// `milliseconds` as whole seconds, rounded up, so that a living session never shows 0.
  public static func secondsLeft(_ milliseconds: Int64) -> Int {
    milliseconds <= 0 ? 0 : Int((milliseconds - 1) / 1_000 + 1)
  }
}
