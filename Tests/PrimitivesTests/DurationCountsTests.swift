import Primitives
import Testing

@Suite struct DurationCountsTests {
  @Test func eachBoundIsTheLastOfItsRange() {
    for range in 0..<16 {
      let bound = DurationCounts.bounds[range]
      #expect(DurationCounts.range(of: bound) == range)
      #expect(DurationCounts.range(of: bound + 1) == range + 1)
    }
    #expect(DurationCounts.range(of: 0) == 0)
    #expect(DurationCounts.range(of: .max) == 16)
  }

  @Test func countsAddUp() {
    var (one, other) = (DurationCounts(), DurationCounts())
    one.count(.milliseconds(3))
    one.count(.seconds(100))
    other.count(.milliseconds(4))
    other.count(TimeSpan(nanoseconds: -5))
    one.add(other)
    #expect(one.total == 4 && one.microseconds == 100_007_000)
    #expect(one.counts[0] == 1 && one.counts[5] == 2 && one.counts[16] == 1)
  }
}
