import Primitives

/// Time: do the clocks agree, and how far is it to each node?
extension Examination {
  /// Clocks may differ by so much: timeouts are whole seconds.
  private static let skew = TimeSpan.seconds(1)
  /// Pings that take longer are worth a word.
  private static let slow = TimeSpan.milliseconds(10)

  /// Creation and absolute timeouts are dated by gateways, leases by Redis.
  func clock(_ redis: RedisFacts) -> [Finding] {
    let clocks = Self.reached(redis).compactMap { node in node.clock.map { (node.address, $0) } }
    if clocks.isEmpty { return [] }
    let wrong = clocks.filter { _, clock in
      abs(clock.ahead.nanoseconds) - clock.uncertainty.nanoseconds > Self.skew.nanoseconds
    }
    if wrong.isEmpty {
      // What is within half a round trip is no difference that could be seen.
      let seen = clocks.map { max(0, abs($1.ahead.nanoseconds) - $1.uncertainty.nanoseconds) }
      let most = Amount.milliseconds(max(1_000_000, seen.max() ?? 0))
      return [.ok(.clock, "nodes and gateway agree within \(most)")]
    }
    return wrong.map { address, clock in
      let side = clock.ahead.nanoseconds > 0 ? "ahead" : "behind"
      return .warn(
        .clock, "\(Amount.milliseconds(abs(clock.ahead.nanoseconds))) \(side)", on: [address],
        remedy: "chrony or another NTP client on both machines.")
    }
  }

  func latency(_ redis: RedisFacts) -> [Finding] {
    let pinged = Self.reached(redis).filter { !$0.pings.isEmpty }
    if pinged.isEmpty { return [] }
    let slow = pinged.filter { Percentiles($0.pings).high > Self.slow }
    let all = Percentiles(pinged.flatMap(\.pings))
    if slow.isEmpty { return [.ok(.latency, "a ping takes \(all.text)")] }
    return slow.map { node in
      .warn(
        .latency, "a ping takes \(Percentiles(node.pings).text)", on: [node.address],
        remedy: "Far away, overloaded, or slow commands: SLOWLOG GET, LATENCY DOCTOR.")
    }
  }
}

/// The middle and the upper end of some times.
struct Percentiles {
  /// The 50th and the 99th of a hundred.
  let middle: TimeSpan
  let high: TimeSpan

  /// Of at least one time: the smallest that so many hundredths of them do not exceed.
  init(_ times: [TimeSpan]) {
    precondition(!times.isEmpty, "nothing has no percentiles")
    let sorted = times.sorted()
    middle = sorted[(sorted.count * 50 + 99) / 100 - 1]
    high = sorted[(sorted.count * 99 + 99) / 100 - 1]
  }

  /// `0.12 ms, 1 in 100 over 0.4 ms`
  var text: String {
    "\(Amount.milliseconds(middle.nanoseconds)),"
      + " 99 of 100 under \(Amount.milliseconds(high.nanoseconds))"
  }
}
