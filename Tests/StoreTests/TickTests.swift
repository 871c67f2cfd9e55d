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

  @Test func nothingIsWrittenToANodeThatIsKnownToBeGone() throws {
    let server = try RedisServer()
    var harness = try ClusterBackendHarness(RedisTarget(server))
    _ = harness.perform(put(0))
    try server.kill9()
    let last = harness.submit(put(1))
    _ = harness.tick()
    #expect(harness.abandon(last) == .deadlinePassed, "it was certainly not carried out")
  }

  /// The node is gone before it has read everything, which resets the connection.
  @Test func answersCountThatArrivedBeforeAWriteFailed() throws {
    let server = try RedisServer()
    var harness = try ClusterBackendHarness(RedisTarget(server))
    _ = harness.perform(put(0))
    harness.submit(Call(.delete, "session-0"))
    harness.write()
    try eventually("the node has carried out UNLINK") {
      try server.facts("INFO", "commandstats")["cmdstat_unlink"] != nil
    }
    // Its answer has left before the answer to a later question.
    _ = try server.facts("INFO")
    server.pause()
    let unread = harness.submit(put(1))
    harness.write()
    harness.submit(put(2))
    try server.kill9()
    harness.write()
    #expect(harness.read() == 1)
    #expect(harness.abandon(unread) == .outcomeUnknown)
  }

  private func put(_ number: Int) -> Call {
    var call = Call(.put, "session-\(number)")
    call.payload = payload
    call.version = 1
    return call
  }
}
