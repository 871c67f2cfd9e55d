// How long to wait before the next attempt: a random time, uniform between nothing and a bound that
// doubles with each attempt up to a cap ("full jitter"), so that many waiting requests do not
// return at once. The randomness is a parameter.

public import Primitives

/// A series of growing, random pauses.
public struct Backoff: Equatable, Sendable {
  /// Between attempts of a command: 4 ms, doubling, to 250 ms.
  public static let retry = Backoff(base: .milliseconds(4), cap: .milliseconds(250))
  /// Between attempts to connect to a node: 50 ms, doubling, to 2 s.
  public static let reconnect = Backoff(base: .milliseconds(50), cap: .seconds(2))

  /// The longest first pause.
  public let base: TimeSpan
  /// The longest pause.
  public let cap: TimeSpan

  /// Pauses of up to `base` at first and never more than `cap`.
  public init(base: TimeSpan, cap: TimeSpan) {
    precondition(base.nanoseconds > 0 && cap >= base, "pauses are positive and grow")
    self.base = base
    self.cap = cap
  }

  /// The longest pause after `failures` failures in a row, 1 being the first.
  public func bound(failures: Int) -> TimeSpan {
    precondition(failures > 0, "who has not failed does not wait")
    let doublings = min(failures - 1, 62)
    let most = cap.nanoseconds >> Int64(doublings)
    return base.nanoseconds > most ? cap : TimeSpan(nanoseconds: base.nanoseconds << doublings)
  }

  /// The pause after `failures` failures in a row, chosen by 64 random bits: from 1 ns to the
  /// bound.
  public func pause(failures: Int, random bits: UInt64) -> TimeSpan {
    let bound = UInt64(bound(failures: failures).nanoseconds)
    return TimeSpan(nanoseconds: Int64(bits.multipliedFullWidth(by: bound).high) + 1)
  }
}
