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
}
