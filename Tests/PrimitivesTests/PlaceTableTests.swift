import Primitives
import Testing

@Suite("Table of places")
struct PlaceTableTests {
  @Test("Places that are added begin vacant, and the others keep what they have")
  func grows() {
    var slab = Slab<Int>(limit: 100)
    var table = PlaceTable<String>(vacant: "nobody")
    let tickets = (0..<100).map { slab.insert($0) }
    for (number, ticket) in tickets.enumerated() {
      table.admit(ticket)
      #expect(table[ticket] == "nobody")
      table[ticket] += " but \(number)"
    }
    for (number, ticket) in tickets.enumerated() {
      #expect(table[ticket] == "nobody but \(number)")
      #expect(table[Int(ticket.index)] == table[ticket])
    }
  }

  @Test("It begins with what it is given, and lets go of all")
  func begins() {
    let tally = Tally()
    do {
      let table = PlaceTable(
        (0..<5).map { Kept(number: $0, tally: tally) }, vacant: Kept(number: -1, tally: tally))
      #expect((0..<5).map { table[$0].number } == Array(0..<5))
      #expect(tally.destroyed == 0)
    }
    #expect(tally.destroyed == 6)
  }
}

/// Counts its end.
private final class Kept {
  let number: Int
  private let tally: Tally

  init(number: Int, tally: Tally) { (self.number, self.tally) = (number, tally) }

  deinit { tally.destroyed += 1 }
}
