// How long a node takes to answer, now and at its quickest, which tells work from distance: an
// answer that takes three times as long as the quickest one had to wait for others, or is a large
// one that others wait for.
//
// Measured as TCP measures round trips (RFC 6298, section 3): one command at a time, from handing it
// over to its last reply, by the clock of the ticks in which these happened.

import Primitives

/// The answer times of one connection.
struct AnswerTime {
  /// How many times as long as the quickest answer one takes that had to wait for others.
  private static let slowness: Int64 = 3
  /// What is not told from no time at all: the clock is read once a tick.
  private static let shortest = TimeSpan.microseconds(50)
  /// How long the quickest answer counts: a way through the network may change.
  private static let memory = TimeSpan.seconds(60)

  /// The last one that was measured.
  private var latest = TimeSpan.seconds(0)
  private var quickest = TimeSpan.seconds(0)
  private var quickestUntil = Instant(nanoseconds: .min)
  /// The number of the last entry before the measured one, and when that was handed over.
  private var measured: (after: UInt64, since: Instant)?

  /// Whether the node has much to do.
  var isSlow: Bool { latest.nanoseconds > Self.slowness * quickest.nanoseconds }

  /// Entries behind `sequence` were handed over.
  mutating func begin(after sequence: UInt64, at now: Instant) {
    if measured == nil { measured = (sequence, now) }
  }

  /// An entry was answered.
  @inline(__always)
  mutating func end(_ sequence: UInt64, at now: Instant) {
    guard let measured, measured.after < sequence else { return }
    self.measured = nil
    latest = now - measured.since
    guard latest < quickest || quickestUntil <= now else { return }
    quickest = max(latest, Self.shortest)
    quickestUntil = now + Self.memory
  }
}
