import Primitives

/// Time: do the clocks agree, and how long is the round trip to each node?
extension Examination {
  /// How much clocks may differ: timeouts are whole seconds.
  private static let skew = TimeSpan.seconds(1)
  /// Slower pings (the 99th percentile) get a warning.
  private static let slow = TimeSpan.milliseconds(10)

  /// Clocks must agree: gateways date creations and absolute timeouts, Redis dates leases.
  func clock(_ redis: RedisFacts) -> [Finding] {
    let clocks = Self.reached(redis).compactMap { node in node.clock.map { (node.address, $0) } }
    if clocks.isEmpty { return [] }
    let wrong = clocks.filter { _, clock in
      abs(clock.ahead.nanoseconds) - clock.uncertainty.nanoseconds > Self.skew.nanoseconds
    }
    if wrong.isEmpty {
      // A difference of less than half a round trip cannot be measured.
      let seen = clocks.map { max(0, abs($1.ahead.nanoseconds) - $1.uncertainty.nanoseconds) }
      let most = Amount.milliseconds(max(1_000_000, seen.max() ?? 0))
      return [.ok(.clock, "nodes and gateway agree within \(most)")]
    }
    return wrong.map { address, clock in
      let side = clock.ahead.nanoseconds > 0 ? "ahead" : "behind"
      return .warn(
        .clock, "\(Amount.milliseconds(abs(clock.ahead.nanoseconds))) \(side)", on: [address],
        remedy: "Run chrony or another NTP client on both machines.")
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
        remedy: "It is far away, overloaded, or runs slow commands: SLOWLOG GET, LATENCY DOCTOR.")
    }
  }
}

/// The median and the 99th percentile of some durations.
struct Percentiles {
  /// The median.
  let middle: TimeSpan
  /// The 99th percentile.
  let high: TimeSpan

  /// The percentiles of at least one duration. The 99th is the smallest that at least 99 % of them
  /// do not exceed.
  init(_ times: [TimeSpan]) {
    precondition(!times.isEmpty, "nothing has no percentiles")
    let sorted = times.sorted()
    middle = sorted[(sorted.count * 50 + 99) / 100 - 1]
    high = sorted[(sorted.count * 99 + 99) / 100 - 1]
  }

  /// For example `0.12 ms, 99 of 100 under 0.4 ms`.
  var text: String {
    "\(Amount.milliseconds(middle.nanoseconds)),"
      + " 99 of 100 under \(Amount.milliseconds(high.nanoseconds))"
  }
}
