import Redis
import Testing

@Suite("The table of slots")
struct SlotTableTests {
  @Test("assigning, patching and clearing keep count of what is served")
  func coverage() {
    var table = SlotTable()
    #expect(table.coverage == 0)
    #expect(table.owner(of: 0) == SlotTable.nobody)
    table.assign(SlotRange(0, 8191), 0)
    table.assign(SlotRange(8192, 16383), 1)
    #expect(table.isComplete == true)
    #expect(table.owner(of: 8191) == 0)
    #expect(table.owner(of: 8192) == 1)
    table.patch(8191, 1)
    #expect(table.owner(of: 8191) == 1)
    #expect(table.isComplete == true)
    table.patch(16383, SlotTable.nobody)
    #expect(table.coverage == 16383)
    table.assign(SlotRange(16383, 16383), SlotTable.nobody)
    #expect(table.coverage == 16383)
    table.assign(.all, 5)
    #expect(table.isComplete == true)
    #expect(table.owner(of: 16383) == 5)
    table.clear()
    #expect(table.coverage == 0)
    #expect(table.owner(of: 16383) == SlotTable.nobody)
  }

  @Test("each slot has its own owner, wherever ranges begin and end")
  func owners() {
    var table = SlotTable()
    var expected = [UInt16](repeating: SlotTable.nobody, count: HashSlot.count)
    func give(_ first: Int, _ last: Int, _ node: UInt16) {
      table.assign(SlotRange(UInt16(first), UInt16(last)), node)
      for slot in first...last { expected[slot] = node }
    }
    give(0, 5460, 0)
    give(5461, 10922, 1)
    give(10923, 16383, 2)
    give(64, 127, 3)
    give(1000, 1000, 4)
    for slot in 128..<192 {
      table.patch(UInt16(slot), 5)
      expected[slot] = 5
    }
    table.patch(16383, SlotTable.nobody)
    expected[16383] = SlotTable.nobody
    for slot in 0..<HashSlot.count {
      #expect(table.owner(of: UInt16(slot)) == expected[slot], "slot \(slot)")
    }
  }
}
