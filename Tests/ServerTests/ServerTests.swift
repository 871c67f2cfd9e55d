import Primitives
import Server
import TestLab
import Testing

@Suite struct ServerTests {
  private let put = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func aConnectionServesOneRequestAfterTheOther() throws {
    let stage = try Stage()
    let client = try stage.connect()
    for count in 1...3 {
      try client.send(put)
      try stage.turn { stage.told.count == count }
      #expect(try client.response().status == 200)
    }
    #expect(stage.told == Array(repeating: .request("hello"), count: 3))
    #expect(stage.server.count == 1 && stage.server.counters.accepted == 1)
    #expect(stage.server.counters.bytesReceived == 3 * put.utf8.count)
  }

  @Test func whatComesByteByByteIsToldWhenItIsComplete() throws {
    let stage = try Stage()
    let client = try stage.connect()
    for (place, byte) in put.utf8.enumerated() {
      #expect(stage.told.isEmpty)
      try client.send([byte])
      try stage.turn { stage.server.counters.bytesReceived == place + 1 }
      #expect((stage.server.clientBytes > 0) == (place + 1 < put.utf8.count))
    }
    #expect(stage.told == [.request("hello")])
  }

  @Test func aBodyThatIsHopedForIsAskedFor() throws {
    let stage = try Stage()
    let client = try stage.connect()
    let head = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    try client.send(head)
    try stage.turn { stage.server.counters.bytesReceived == head.utf8.count }
    #expect(stage.told.isEmpty)
    #expect(try client.response().status == 100)
    try client.send("hello")
    try stage.turn { stage.told == [.request("hello")] }
    #expect(try client.response().status == 200)
  }

  @Test func aTurnServesSoManyRequestsOfOneClient() throws {
    var bounds = Bounds()
    bounds.requestsPerTick = 3
    let stage = try Stage(bounds)
    let client = try stage.connect()
    try stage.turn { stage.server.count == 1 }
    try client.send(String(repeating: get, count: 8))
    for expected in [3, 6, 8] {
      try stage.turn { !stage.told.isEmpty }
      if expected > 3 { stage.turn() }
      #expect(stage.told.count == expected)
      #expect((stage.server.deadline <= stage.now) == (expected < 8))
    }
  }

  @Test func aTurnReadsSoManyBytes() throws {
    var bounds = Bounds()
    bounds.readsPerTick = put.utf8.count + 1
    let stage = try Stage(bounds)
    let clients = try (0..<5).map { _ in try stage.connect() }
    try stage.turn { stage.server.count == clients.count }
    for (number, client) in clients.enumerated() {
      try client.send(put.replacing("hello", with: "hell\(number)"))
    }
    // Once what the kernel has is known, each turn takes two and leaves the rest to the next.
    try stage.turn { stage.told.count == 2 }
    for expected in [4, 5] {
      #expect(stage.server.deadline <= stage.now)
      stage.turn()
      #expect(stage.told.count == expected)
    }
    #expect(stage.server.deadline > stage.now)
    for number in 0..<clients.count { #expect(stage.told.contains(.request("hell\(number)"))) }
  }

  @Test func whoUsedUpATurnComesLastInTheNext() throws {
    var bounds = Bounds()
    (bounds.readsPerTick, bounds.readSize) = (1, 4_096)
    let stage = try Stage(bounds)
    let (greedy, modest) = (try stage.connect(), try stage.connect())
    try stage.turn { stage.server.count == 2 }
    let head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n"
    try greedy.send(Array(head.utf8) + [UInt8](repeating: 7, count: 100_000))
    try stage.turn { stage.server.counters.bytesReceived > 0 }
    try modest.send(get)
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.told == [.request("")])
    // Most of what the other one sent is still to be read.
    #expect(stage.server.counters.bytesReceived < 50_000)
  }

  /// Some clients send a line end behind a body (RFC 9112 section 2.2).
  @Test func aLineEndIsNoRequestThatHasBegun() throws {
    let stage = try Stage()
    let client = try stage.connect()
    try client.send(put + "\r\n")
    try stage.turn { stage.server.counters.bytesReceived == put.utf8.count + 2 }
    stage.now = stage.now + .seconds(20)
    stage.turn()
    #expect(stage.server.count == 1 && stage.server.counters.headTimeouts == 0)
    try client.send(get)
    try stage.turn { stage.told.count == 2 }
    #expect(stage.told == [.request("hello"), .request("")])
    try client.send("\r\nG")
    try stage.turn { stage.server.counters.bytesReceived == put.utf8.count + get.utf8.count + 5 }
    stage.now = stage.now + .seconds(20)
    stage.turn()
    #expect(stage.server.counters.headTimeouts == 1)
  }

  @Test func theNextRequestIsReadWhenTheAnswerHasLeft() throws {
    let stage = try Stage()
    stage.answersAtOnce = false
    let client = try stage.connect()
    try client.send(put + get)
    try stage.turn { !stage.told.isEmpty }
    for _ in 0..<3 { stage.turn() }
    #expect(stage.told == [.request("hello")])
    stage.answer()
    #expect(stage.told == [.request("hello"), .request("")])
  }

  @Test func whoWaitsForTooLongIsToldOf() throws {
    let stage = try Stage()
    stage.answersAtOnce = false
    let client = try stage.connect()
    try client.send(get)
    try stage.turn { stage.waiting.count == 1 }
    stage.now = stage.now + .milliseconds(999)
    stage.turn()
    #expect(stage.told == [.request("")])
    stage.now = stage.now + .milliseconds(10)
    stage.turn()
    #expect(stage.told == [.request(""), .overdue])
    stage.answer()
    #expect(try client.response().status == 200)
  }

  @Test func whoLeavesIsToldOfOnce() throws {
    let stage = try Stage()
    stage.answersAtOnce = false
    let (resets, ends) = (try stage.connect(), try stage.connect())
    try resets.send(get)
    try stage.turn { stage.waiting.count == 1 }
    resets.abort()
    try stage.turn { stage.told.contains(.gone) }
    #expect(!stage.isWaiting(0))
    try ends.send(get)
    try stage.turn { stage.waiting.count == 2 }
    ends.finish()
    try stage.turn { stage.told.contains(.halfClosed) }
    #expect(stage.told == [.request(""), .gone, .request(""), .halfClosed])
    // It may still read: its answer leaves, and then it is gone.
    #expect(stage.isWaiting(1))
  }

  @Test func whatIsNoRequestEndsTheConnection() throws {
    let stage = try Stage()
    let client = try stage.connect()
    try client.send("GET / HTTP/1.1\r\n\r\n" + get)
    try stage.turn { !stage.told.isEmpty }
    guard case .refused(.malformed) = stage.told[0] else {
      Issue.record("a request without Host was taken")
      return
    }
    #expect(try client.response().status == 200)
    client.close()
    try stage.turn { stage.server.count == 0 }
    #expect(stage.told.count == 2 && stage.told[1] == .gone)
  }

  @Test func slownessHasBounds() throws {
    let stage = try Stage()
    let (head, body, idle) = (try stage.connect(), try stage.connect(), try stage.connect())
    let (halfHead, halfBody) = (String(get.dropLast(9)), String(put.dropLast(3)))
    try head.send(halfHead)
    try body.send(halfBody)
    let sent = halfHead.utf8.count + halfBody.utf8.count
    try stage.turn { stage.server.counters.bytesReceived == sent && stage.server.count == 3 }
    for (seconds, expected) in [(9, 0), (2, 1), (20, 2), (45, 3)] {
      stage.now = stage.now + .seconds(seconds)
      for _ in 0..<3 { stage.turn() }
      let counters = stage.server.counters
      #expect(counters.headTimeouts + counters.bodyTimeouts + counters.idleTimeouts == expected)
    }
    #expect(stage.told.filter { $0 == .refused(.tooSlow) }.count == 2)
    #expect(try head.response().status == 200 && body.response().status == 200)
    #expect(stage.server.count == 0 && stage.server.clientBytes == 0)
    withExtendedLifetime(idle) {}
  }

  @Test func buffersOfAllClientsHaveABound() throws {
    var bounds = Bounds()
    bounds.clientBuffers = 64 << 10
    let stage = try Stage(bounds)
    let client = try stage.connect()
    let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n"
    try client.send(Array(head.utf8) + [UInt8](repeating: 7, count: 100_000))
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.told == [.refused(.noRoom)])
    #expect(stage.server.counters.fullBuffers == 1 && stage.server.clientBytes == 0)
  }

  /// What it sent behind its request finds no room; its request does not have to end for that.
  @Test func whoWaitsIsAnsweredAlthoughTheBuffersAreFull() throws {
    var bounds = Bounds()
    bounds.clientBuffers = 4_500
    let stage = try Stage(bounds)
    stage.answersAtOnce = false
    let (slow, client) = (try stage.connect(), try stage.connect())
    let half = "GET / HTTP/1.1\r\nHost: a\r\nX-Filler: " + String(repeating: "x", count: 4_000)
    try slow.send(half)
    try stage.turn { stage.server.clientBytes >= 4_000 }
    try client.send(get + "GET / HTTP/1.1\r\nX-Filler: " + String(repeating: "x", count: 600))
    try stage.turn { stage.server.counters.fullBuffers == 1 }
    #expect(stage.told == [.request("")] && stage.isWaiting(0))
    stage.answer()
    #expect(try client.response().status == 200)
    try client.expectClosed()
    withExtendedLifetime(slow) {}
  }

  /// What waits for the next tick has to be kept until then.
  @Test func whoPipelinesMoreThanHasRoomIsRefusedTheRest() throws {
    var bounds = Bounds()
    (bounds.clientBuffers, bounds.requestsPerTick) = (10, 2)
    let stage = try Stage(bounds)
    let client = try stage.connect()
    try client.send(get + get + get)
    try stage.turn { stage.told.count == 3 }
    #expect(stage.told == [.request(""), .request(""), .refused(.noRoom)])
    for _ in 0..<3 { _ = try client.response() }
    try client.expectClosed()
  }

  @Test func aBodyTakesNoMoreThanItIsLong() throws {
    let stage = try Stage()
    let client = try stage.connect()
    let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    for count in [98_000, 1_000] {
      let received = stage.server.counters.bytesReceived
      let more = received == 0 ? Array(head.utf8) : []
      try client.send(more + [UInt8](repeating: 7, count: count))
      try stage.turn { stage.server.counters.bytesReceived == received + more.count + count }
      #expect((100_000..<110_000).contains(stage.server.clientBytes))
    }
  }

  @Test func whoDoesNotReadIsDropped() throws {
    let stage = try Stage()
    stage.answerLength = 32 << 20
    let client = try stage.connect()
    try client.send(get)
    try stage.turn { !stage.told.isEmpty }
    #expect(stage.server.clientBytes >= 16 << 20)
    // As long as the kernel makes room, the rest is on its way.
    try stage.turn {
      stage.now = stage.now + .seconds(31)
      return stage.told.contains(.gone)
    }
    #expect(stage.told == [.request(""), .gone])
    #expect(stage.server.counters.writeTimeouts == 1 && stage.server.clientBytes == 0)
  }

  @Test func aFullHouseLetsTheNextInWhenSomebodyLeaves() throws {
    var bounds = Bounds()
    bounds.connections = 1
    let stage = try Stage(bounds)
    let first = try stage.connect()
    try stage.turn { stage.server.count == 1 }
    let second = try stage.connect()
    try second.send(get)
    for _ in 0..<5 { stage.turn() }
    #expect(stage.server.count == 1 && stage.told.isEmpty)
    #expect(stage.server.counters.placesExhausted > 0)
    first.close()
    try stage.turn { stage.told.contains(.request("")) }
    #expect(stage.told == [.gone, .request("")])
  }

  @Test func whoWaitsForAPlaceIsCounted() throws {
    var bounds = Bounds()
    bounds.connections = 1
    let stage = try Stage(bounds)
    let first = try stage.connect()
    try stage.turn { stage.server.count == 1 }
    for _ in 0..<3 { stage.turn() }
    // Whoever took the last place waits for nothing.
    #expect(stage.server.counters.placesExhausted == 0)
    let second = try stage.connect()
    try stage.turn { stage.server.counters.placesExhausted == 1 }
    // It still waits, although nobody else has come.
    for count in 2...4 {
      stage.now = stage.now + .seconds(1)
      for _ in 0..<3 { stage.turn() }
      #expect(stage.server.counters.placesExhausted == count)
    }
    first.close()
    try stage.turn { stage.told == [.gone] && stage.server.count == 1 }
    stage.now = stage.now + .seconds(1)
    for _ in 0..<3 { stage.turn() }
    #expect(stage.server.counters.placesExhausted == 4)
    withExtendedLifetime(second) {}
  }

  @Test func whoWatchesIsLetInAlthoughTheHouseIsFull() throws {
    var bounds = Bounds()
    (bounds.connections, bounds.reserved) = (1, 1)
    let stage = try Stage(bounds)
    let port = try stage.openAnother()
    let caller = try stage.connect()
    try stage.turn { stage.server.count == 1 }
    let next = try stage.connect()
    try next.send(get)
    let watcher = try RawHTTP(port: port)
    try watcher.send(get)
    try stage.turn { stage.told.contains(.request("")) }
    for _ in 0..<5 { stage.turn() }
    #expect(stage.told == [.request("")] && stage.server.count == 2)
    #expect(try watcher.response().status == 200)
    caller.close()
    watcher.close()
    try stage.turn { stage.told.count(where: { $0 == .request("") }) == 2 }
  }

  @Test func closingAFullHouseEnds() throws {
    var bounds = Bounds()
    (bounds.connections, bounds.reserved) = (1, 1)
    let stage = try Stage(bounds)
    let port = try stage.openAnother()
    let clients = [try stage.connect(), try stage.connect()]
    try stage.turn { stage.server.count == 1 }
    let watcher = try RawHTTP(port: port)
    stage.hearKnocks()
    stage.close()
    #expect(throws: LabFault.self) { try stage.connect() }
    withExtendedLifetime((clients, watcher)) {}
  }

  @Test func closingLetsWhoAskedFinish() throws {
    let stage = try Stage()
    stage.answersAtOnce = false
    let (idle, busy) = (try stage.connect(), try stage.connect())
    try busy.send(get)
    try stage.turn { stage.server.count == 2 && stage.waiting.count == 1 }
    stage.close()
    stage.now = stage.now + .milliseconds(2_100)
    stage.turn()
    // Who never asked was given two seconds; who waits for an answer gets it.
    #expect(stage.server.count == 1 && stage.server.counters.idleTimeouts == 1)
    stage.answer()
    #expect(try busy.response().status == 200)
    #expect(throws: LabFault.self) { try stage.connect() }
    withExtendedLifetime(idle) {}
  }

  @Test func whatIdleClientsHaveSentIsServedBeforeTheyLeave() throws {
    let stage = try Stage()
    let (asks, idle) = (try stage.connect(), try stage.connect())
    for client in [asks, idle] {
      try client.send(get)
      try stage.turn { !stage.told.isEmpty }
      #expect(try client.response().status == 200)
      stage.forget()
    }
    try asks.send(put)
    // It has arrived, and no turn has noticed.
    stage.close()
    #expect(stage.told.contains(.request("hello")))
    #expect(try asks.response().status == 200)
    try asks.expectClosed()
    try idle.expectClosed()
  }

  @Test func whoWaitsAtTheDoorsIsLetInBeforeTheyClose() throws {
    var bounds = Bounds()
    bounds.acceptsPerTick = 2
    let stage = try Stage(bounds)
    let clients = try (0..<7).map { _ in try stage.connect() }
    for client in clients { try client.send(get) }
    stage.close()
    try stage.turn { stage.told.count { $0 == .request("") } == clients.count }
    for client in clients { #expect(try client.response().status == 200) }
  }
}
