// When requests are due. In: the clock. Out: the next request's due time, if it has come.
//
//   open loop     request n is due at start + n / rate, whatever happened to earlier ones; a late
//                 request keeps its due time, and its latency counts from then
//   closed loop   a request is due when a connection is free for it
//
// The backlog of an open loop is the difference of two numbers, so it needs no bound of its own.
// Rejected: correcting a closed loop's latencies afterwards. Requests that were never sent were not
// measured.

public import Primitives

/// The due times of a load.
public struct ArrivalSchedule: Sendable {
  /// Requests a second; nil for a closed loop.
  public let rate: Int?
  /// When the first request is due.
  public let start: Instant
  /// From this instant on no request is due.
  public let end: Instant
  /// The maximum number of requests.
  public let limit: Int
  /// How many have been taken.
  public private(set) var taken = 0

  /// At most `limit` requests, due from `start` on and before `end`: `rate` per second (1 to
  /// 1,000,000), or, if that is nil, as fast as they are taken.
  public init(rate: Int?, start: Instant, end: Instant, limit: Int) {
    precondition(rate.map { (1...1_000_000).contains($0) } ?? true, "a rate is 1 to a million")
    precondition(limit >= 0, "a number of requests is not negative")
    self.rate = rate
    self.start = start
    self.end = end
    self.limit = limit
  }

  /// When the next request is due; nil when there is none.
  public var nextDue: Instant? {
    if isUsedUp { return nil }
    let due = rate.map { start + Self.offset(of: taken, rate: $0) } ?? start
    return due < end ? due : nil
  }

  /// Takes the next request and returns when it was due. Nil if none is due yet, or any more.
  public mutating func take(at now: Instant) -> Instant? {
    guard let due = nextDue, due <= now else { return nil }
    if rate == nil && now >= end { return nil }
    taken += 1
    return rate == nil ? now : due
  }

  /// Whether all requests have been taken, even if there is time left.
  public var isUsedUp: Bool { taken == limit }

  /// Whether no more requests are to be taken. Those that were due but not taken are the backlog.
  /// In an open loop the last request's time lasts until the next one would be due.
  public func isOver(at now: Instant) -> Bool {
    if let closing { return now >= closing }
    return now >= (rate == nil ? end : end + Self.lateness)
  }

  /// When the time of the last request ends; nil while there are requests to take.
  public var closing: Instant? {
    guard nextDue == nil else { return nil }
    return rate.map { min(end, start + Self.offset(of: taken, rate: $0)) } ?? start
  }

  /// How many of the requests that were due from `first` on and by `now` were not taken. Those of a
  /// warm-up, which come before `first`, are not among them.
  public func backlog(from first: Instant, at now: Instant) -> Int {
    let due = count(before: min(now + TimeSpan(nanoseconds: 1), end))
    return max(0, due - max(taken, count(before: first)))
  }

  /// How many requests of an open loop are due before `instant`.
  private func count(before instant: Instant) -> Int {
    guard let rate, instant > start else { return 0 }
    let elapsed = UInt64((instant - start).nanoseconds)
    let (high, low) = elapsed.multipliedFullWidth(by: UInt64(rate))
    let (whole, rest) = UInt64(1_000_000_000).dividingFullWidth((high, low))
    return min(limit, Int(clamping: whole) + (rest > 0 ? 1 : 0))
  }

  /// How long after `end` requests that were due before it may still be sent: the last one nearly
  /// always is.
  private static let lateness = TimeSpan.seconds(1)

  private static func offset(of number: Int, rate: Int) -> TimeSpan {
    let (high, low) = UInt64(number).multipliedFullWidth(by: 1_000_000_000)
    return TimeSpan(
      nanoseconds: Int64(clamping: UInt64(rate).dividingFullWidth((high, low)).quotient))
  }
}
