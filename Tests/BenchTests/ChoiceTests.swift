import Testing

@testable import Bench

@Suite("Mix and sizes")
struct ChoiceTests {
  @Test("Values are drawn as often as their weights say")
  func drawsByWeight() throws {
    let choice = try #require(WeightedChoice([("a", 1), ("never", 0), ("b", 3)]))
    var random = LoadRandom(seed: 7)
    var counts: [String: Int] = [:]
    for _ in 0..<40_000 { counts[choice.value(of: random.bits()), default: 0] += 1 }
    #expect(Set(counts.keys) == ["a", "b"])
    #expect((9_500...10_500).contains(counts["a"] ?? 0))
    #expect(choice.index(of: 0) == 0)
    #expect(choice.index(of: .max) == 1)
  }

  @Test("A mix is read from names and weights")
  func readsMix() throws {
    let mix = try LoadNotation.mix("get=50,put=50,touch=0")
    #expect(mix.values == [.get, .put])
    #expect(try LoadNotation.mix("touch=1").values == [.touch])
  }

  @Test(
    "A mix that cannot be meant is refused with a sentence",
    arguments: [
      ("", "NAME=WEIGHT"), ("get", "NAME=WEIGHT"), ("get=-1", "NAME=WEIGHT"),
      ("get=1,", "NAME=WEIGHT"), ("get=1,get=2", "twice"), ("unlock=1", "not an operation"),
      ("get=0,put=0", "all weights are 0"), ("get=1000001", "1000000"),
    ])
  func refusesMix(text: String, reason: String) {
    let mistake = #expect(throws: LoadMistake.self) { try LoadNotation.mix(text) }
    #expect(mistake?.description.contains(reason) == true)
  }

  @Test("Sizes are read alone or with weights")
  func readsSizes() throws {
    #expect(try LoadNotation.sizes("20KiB").values == [20_480])
    #expect(try LoadNotation.sizes("0").values == [0])
    #expect(try LoadNotation.sizes("1KiB:70,4k:0,20KiB:30").values == [1_024, 20_480])
  }

  @Test(
    "Sizes that cannot be meant are refused with a sentence",
    arguments: [
      ("", "size"), ("20 KiB", "size"), ("65MiB", "64MiB"), ("1k:x", "SIZE:WEIGHT"),
      ("1k:1:1", "SIZE:WEIGHT"), ("1k,1KiB", "twice"), ("1k:0", "above 0"),
    ])
  func refusesSizes(text: String, reason: String) {
    let mistake = #expect(throws: LoadMistake.self) { try LoadNotation.sizes(text) }
    #expect(mistake?.description.contains(reason) == true)
  }

  @Test("The same seed gives the same numbers, and all numbers below a bound come")
  func repeatsItself() {
    var (one, two) = (LoadRandom(seed: 3), LoadRandom(seed: 3))
    var seen: Set<Int> = []
    for _ in 0..<1_000 {
      let number = one.below(10)
      #expect(number == two.below(10))
      seen.insert(number)
    }
    #expect(seen == Set(0..<10))
  }
}
