import Histogram
import Primitives
import Testing

@testable import Bench

@Suite("Figures")
struct FiguresTests {
  @Test("CPU time is found behind a program's name, whatever that holds")
  func readsStat() {
    let stat = "17 (a) b (c) R 1 17 17 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 999"
    #expect(ProcessTime.ticks(inStat: stat) == 300)
    #expect(ProcessTime.ticks(inStat: "17 (a) R 1") == nil)
    #expect(ProcessTime.ticks(inStat: "") == nil)
  }

  @Test("The socket that listens at a port is found, not one that is connected there")
  func readsTable() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 11 1
         1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 22 1
         2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33 1
      """
    #expect(ProcessTime.inode(ofPort: 8_080, in: table) == 22)
    #expect(ProcessTime.inode(ofPort: 8_081, in: table) == 33)
    #expect(ProcessTime.inode(ofPort: 8_082, in: table) == nil)
  }

  @Test("What is not well is a failure, once, and latencies are told by operation")
  func tallies() {
    var tally = Tally()
    tally.answer(.get, status: 200, latency: .microseconds(100))
    tally.answer(.get, status: 404, latency: .microseconds(200))
    tally.answer(.put, status: 204, latency: .milliseconds(5))
    tally.wrongPayloads = 1
    tally.lost = 2
    tally.unsent = 3
    #expect(tally.answered == 3)
    #expect(tally.succeeded == 1)
    #expect(tally.failed == 7)
    #expect(tally.latencies[LoadOperation.get.rawValue].totalCount == 2)
    #expect(tally.all.totalCount == 3)
    #expect((4_990_000...5_010_000).contains(tally.all.max))
  }

  @Test("Numbers are written with the decimals asked for")
  func writesNumbers() {
    #expect(1.005.rounded(to: 1) == "1.0")
    #expect(12.96.rounded(to: 1) == "13.0")
    #expect(0.07.rounded(to: 2) == "0.07")
    #expect((-1.5).rounded(to: 1) == "-1.5")
    #expect(999.5.rounded(to: 0) == "1000")
    #expect(LoadReport.time(850_400) == "850 us")
    #expect(LoadReport.time(12_340_000) == "12.34 ms")
    #expect(LoadReport.time(2_000_000_000) == "2.00 s")
  }
}
