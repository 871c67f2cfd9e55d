// What one tick does with payloads that would fill many: so much of it, and the rest in the next ones.
// They are not large enough to take turns.

import Sessions
import StoreContract
import TestLab
import Testing

@Suite struct TickTests {
  private let count = 60
  private let payload = [UInt8](repeating: 0x78, count: 100 << 10)

  /// 512 KiB, the end of an answer before them and the piece that reaches them.
  @Test func aTickReadsSoMuchFromNodes() throws {
    let server = try RedisServer()
    var harness = try ClusterBackendHarness(RedisTarget(server))
    for number in 0..<count { _ = harness.perform(put(number)) }
    for number in 0..<count { harness.submit(Call(.get, "session-\(number)")) }
    var ended = harness.tick()
    // All that the sockets hold is there to be read.
    try eventually("the node has carried out every GETEX") {
      let told = try server.facts("INFO", "commandstats")["cmdstat_getex"]
      return told?.hasPrefix("calls=\(count),") == true
    }
    var mostInATick = 0
    while ended < count {
      let now = harness.tick()
      mostInATick = max(mostInATick, now)
      ended += now
    }
    #expect(mostInATick > 0 && mostInATick <= 7)
  }

  @Test func aTickWritesToANodeOnce() throws {
    var harness = try ClusterBackendHarness(.secured.get())
    _ = harness.perform(put(0))
    for number in 0..<count { harness.submit(put(number)) }
    var ended = harness.tick()
    let hasMore = harness.isBusy
    #expect(hasMore, "TLS takes 256 KiB at once")
    while ended < count { ended += harness.tick() }
  }

  /// A write that was handed to it would count as perhaps carried out, and be sent again as a script.
  @Test func nothingIsWrittenToANodeThatHasClosed() throws {
    let server = try RedisServer()
    var harness = try ClusterBackendHarness(RedisTarget(server))
    var write = Call(.put, "session")
    for version in 1...3 {
      write.version = UInt64(2 * version)
      _ = harness.perform(write)
      try server.dropClients()
      try eventually("the node has closed the connection") {
        try server.facts("INFO", "clients")["connected_clients"] == "1"
      }
      write.version = UInt64(2 * version + 1)
      harness.submit(write)
      while harness.tick() == 0 {}
    }
    let told = try server.facts("INFO", "commandstats")
    #expect(told["cmdstat_getrange"]?.hasPrefix("calls=6,") == true, "nothing was verified")
    #expect(told["cmdstat_evalsha"] == nil, "nothing was repeated")
  }

  private func put(_ number: Int) -> Call {
    var call = Call(.put, "session-\(number)")
    call.payload = payload
    call.version = 1
    return call
  }
}
