import Chance
import Primitives
import Testing

@Suite("Ring")
struct RingTests {
  @Test("It does what an array does", arguments: (UInt64(1)...6).map { $0 })
  func agreesWithArray(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let limit = Int.random(in: 1...50, using: &random)
    var ring = Ring<Int>(limit: limit)
    var model: [Int] = []
    for step in 0..<3_000 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0...3:
        let back = ring.append(step)
        #expect((back == step) == (model.count == limit))
        if back == nil { model.append(step) }
      case 4, 5: #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      case 6: #expect(ring.popLast() == model.popLast())
      default:
        if let place = model.indices.randomElement(using: &random) {
          ring[place] += 1_000_000
          model[place] += 1_000_000
        }
      }
      #expect(ring.count == model.count)
      #expect(ring.isEmpty == model.isEmpty)
      #expect(ring.isFull == (model.count == limit))
      #expect(model.indices.allSatisfy { ring[$0] == model[$0] })
    }
  }

  @Test("Each element is destroyed once: taken out, refused, or left in the ring")
  func destroysOnce() {
    let tally = Tally()
    do {
      var ring = Ring<Counted>(limit: 20)
      for number in 0..<6 { ring.append(Counted(number: number, tally: tally)) }
      for expected in 0..<5 { #expect(Counted.number(ring.popFirst()) == expected) }
      #expect(tally.destroyed == 5)
      // Grows while its elements wrap around the storage's end.
      for number in 6..<25 { ring.append(Counted(number: number, tally: tally)) }
      #expect(ring.count == 20)
      #expect(tally.destroyed == 5)
      #expect(Counted.number(ring.append(Counted(number: 99, tally: tally))) == 99)
      #expect(ring[0].number == 5 && ring[19].number == 24)
    }
    #expect(tally.destroyed == 26)
  }
}
