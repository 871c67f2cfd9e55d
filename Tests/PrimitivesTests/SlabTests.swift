import Chance
import Testing

@testable import Primitives

@Suite("Slab")
struct SlabTests {
  @Test(
    "It does what a dictionary does, and dead tenants' tickets find nothing",
    arguments: (UInt64(1)...6).map { $0 })
  func agreesWithDictionary(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var slab = Slab<Int>(limit: 100)
    var living: [Ticket: Int] = [:]
    var dead: [Ticket] = []
    for step in 0..<3_000 {
      if Bool.random(using: &random), !slab.isFull {
        let ticket = slab.insert(step)
        #expect(living.updateValue(step, forKey: ticket) == nil)
      } else if let ticket = living.keys.sorted(by: { $0.index < $1.index })
        .randomElement(using: &random)
      {
        slab[ticket] += 7
        #expect(slab.remove(ticket) == living.removeValue(forKey: ticket).map { $0 + 7 })
        dead.append(ticket)
      }
      #expect(slab.count == living.count)
      #expect(slab.isFull == (living.count == 100))
      #expect(living.allSatisfy { slab.contains($0.key) && slab[$0.key] == $0.value })
    }
    #expect(dead.count > 500)
    #expect(dead.allSatisfy { !slab.contains($0) })
    #expect(slab.places <= 100)
    let taken = (0..<slab.places + 3).compactMap { slab.ticket(at: $0) }
    #expect(Set(taken) == Set(living.keys))
  }

  @Test("A place's next tenant is not found by the last one's ticket")
  func tellsTenantsApart() {
    var slab = Slab<String>(limit: 1)
    let first = slab.insert("first")
    #expect(slab.count == slab.limit)
    slab.discard(first)
    let second = slab.insert("second")
    #expect(second.index == first.index)
    #expect(second.generation != first.generation)
    let firstIsFound = slab.contains(first)
    #expect(!firstIsFound)
    #expect(slab[second] == "second")
  }

  @Test("Tickets that were never given out find nothing")
  func foreignTickets() {
    var slab = Slab<Int>(limit: 10)
    let found = slab.contains(.none)
    #expect(!found)
    let ticket = slab.insert(1)
    let foreign = [
      .none, Ticket(index: ticket.index, generation: ticket.generation &+ 2),
      Ticket(index: ticket.index, generation: ticket.generation &+ 1),
      Ticket(index: .max, generation: 1), Ticket(index: 9, generation: 0),
    ]
    #expect(foreign.allSatisfy { !slab.contains($0) })
    slab.discard(ticket)
    // The second of them now has the even generation of the free place.
    #expect(foreign.allSatisfy { !slab.contains($0) })
  }

  @Test("Generations begin anew, and the ticket that finds nothing never finds anything")
  func generationsEnd() {
    var slab = Slab<Int>(limit: 1, unused: .max - 1)
    let last = slab.insert(1)
    #expect(last.generation == .max)
    slab.discard(last)
    let nobody = slab.contains(.none)
    #expect(!nobody)
    let next = slab.insert(2)
    #expect(next.generation == 3)
    let former = slab.contains(last)
    #expect(!former)
    #expect(slab[next] == 2)
  }

  @Test("Places are dense")
  func isDense() {
    var slab = Slab<Int>(limit: 1_000)
    for expected in 0..<100 { #expect(slab.insert(0).index == UInt32(expected)) }
    #expect(slab.places <= 200)
  }

  @Test("Each element is destroyed once: removed, or left in the slab")
  func destroysOnce() {
    let tally = Tally()
    do {
      var slab = Slab<Counted>(limit: 50)
      let tickets = (0..<40).map { slab.insert(Counted(number: $0, tally: tally)) }
      #expect(tally.destroyed == 0)
      for ticket in tickets.prefix(15) { slab.discard(ticket) }
      #expect(tally.destroyed == 15)
      #expect(tickets.dropFirst(15).map { slab[$0].number } == Array(15..<40))
    }
    #expect(tally.destroyed == 40)
  }
}
