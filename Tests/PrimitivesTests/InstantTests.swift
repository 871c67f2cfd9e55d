import Primitives
import Testing

@Suite("Clocks")
struct InstantTests {
  @Test("Instants and spans add up")
  func arithmetic() {
    let start = Instant(nanoseconds: 1_000)
    #expect(start + .seconds(2) == Instant(nanoseconds: 2_000_001_000))
    #expect(start + .milliseconds(3) == Instant(nanoseconds: 3_001_000))
    #expect(start + .microseconds(-1) == Instant(nanoseconds: 0))
    #expect((start + .seconds(5)) - start == .seconds(5))
    #expect(start - (start + .seconds(5)) == .seconds(-5))
    #expect(start < start + TimeSpan(nanoseconds: 1))
    #expect(!(start < start))
  }

  @Test("Never stays never, and nothing passes it", arguments: [0, 1, -1, 1_000_000])
  func never(_ seconds: Int) {
    #expect(Instant.never + .seconds(seconds) == .never)
    #expect(Instant(nanoseconds: .max - 1) + .seconds(1) == .never)
    #expect(Instant(nanoseconds: .max - 1) < .never)
  }

  @Test("From the start of time to now is long, and backwards: not a wait")
  func distancesSaturate() {
    let beginning = Instant(nanoseconds: .min)
    #expect((beginning - Instant(nanoseconds: 5)).nanoseconds == .min)
    #expect((beginning - Instant(nanoseconds: 5)).millisecondsRoundedUp == 0)
    #expect((Instant.never - Instant(nanoseconds: -5)).nanoseconds == .max)
    #expect((Instant(nanoseconds: 5) - Instant(nanoseconds: 7)).nanoseconds == -2)
  }

  @Test("Milliseconds of a span are rounded up")
  func roundsUp() {
    for (nanoseconds, milliseconds) in [
      (Int64(-1_000_000), Int64(0)), (0, 0), (1, 1), (999_999, 1), (1_000_000, 1), (1_000_001, 2),
      (.max, 9_223_372_036_855),
    ] {
      #expect(TimeSpan(nanoseconds: nanoseconds).millisecondsRoundedUp == milliseconds)
    }
  }

  @Test("Spans compare, and say seconds")
  func spans() {
    #expect(TimeSpan.milliseconds(999) < .seconds(1))
    #expect(TimeSpan.milliseconds(1_000) == .seconds(1))
    #expect(TimeSpan.milliseconds(1_500).seconds == 1.5)
  }

  @Test("The clocks do not run backwards and tell this century")
  func clocks() {
    let before = Moment.now()
    let after = Moment.now()
    #expect(before.instant <= after.instant)
    #expect(before.instant > Instant(nanoseconds: 0))
    #expect(before.wall > UnixTime(milliseconds: 1_700_000_000_000))
    #expect(before.wall < UnixTime(milliseconds: 4_000_000_000_000))
  }
}
