// What one tick does with payloads that would fill many: so much of it, and the rest in the next ones.

import Sessions
import StoreContract
import TestLab
import Testing

@Suite struct TickTests {
  private let count = 12
  private let payload = [UInt8](repeating: 0x78, count: 600 << 10)

  /// 512 KiB and a piece of 128 KiB: the end of an answer and the one behind it.
  @Test func aTickReadsSoMuchFromNodes() throws {
    let server = try RedisServer()
    var harness = try ClusterBackendHarness(RedisTarget(server))
    for number in 0..<count { _ = harness.perform(put(number)) }
    for number in 0..<count { harness.submit(Call(.get, "large-\(number)")) }
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
    #expect(mostInATick > 0 && mostInATick <= 2)
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

  private func put(_ number: Int) -> Call {
    var call = Call(.put, "large-\(number)")
    call.payload = payload
    call.version = 1
    return call
  }
}
