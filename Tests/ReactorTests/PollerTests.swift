import Glibc
import Primitives
import Reactor
import Testing

@Suite struct PollerTests {
  private func soon() -> (Instant, Instant) {
    let now = Instant.now()
    return (now + .seconds(30), now)
  }

  @Test func tellsTheTokenItWasGiven() throws {
    var pair = try Socket.pair()
    let near = pair.takeFirst()
    let far = pair.takeSecond()
    var poller = try Poller()
    #expect(poller.register(near.fd, token: 0xFEED_0001_0000_0002, interest: .readable) == true)
    #expect(poller.wait(until: Instant.now(), now: Instant.now()) == 0)
    #expect(far.send([1]) == .moved(1))
    let (until, now) = soon()
    #expect(poller.wait(until: until, now: now) == 1)
    let event = poller.event(0)
    #expect(event.token == 0xFEED_0001_0000_0002)
    #expect(event.readable && !event.writable && !event.peerClosed && !event.failed)
  }

  @Test func anEdgeIsToldOnceAndAgainWithNewBytes() throws {
    var link = try Loopback()
    let near = link.near.take()!
    let far = link.far.take()!
    var poller = try Poller()
    #expect(poller.register(near.fd, token: 5, interest: .connection) == true)
    let (until, now) = soon()
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(poller.event(0).writable && !poller.event(0).readable)
    #expect(far.send([1]) == .moved(1))
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(poller.event(0).readable)
    // The byte is still there, but the edge has passed.
    #expect(poller.wait(until: now, now: now) == 0)
    #expect(far.send([2]) == .moved(1))
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(near.receive().0 == [1, 2])
    #expect(near.receive().1 == .wouldBlock)
    far.shutdownWriting()
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(poller.event(0).peerClosed && poller.event(0).readable)
    #expect(near.receive().1 == .closed)
  }

  @Test func changesAndForgetsWhatItWatches() throws {
    var pair = try Socket.pair()
    let near = pair.takeFirst()
    let far = pair.takeSecond()
    var poller = try Poller()
    #expect(far.send([1]) == .moved(1))
    #expect(poller.register(near.fd, token: 1, interest: .writable) == true)
    let (until, now) = soon()
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(!poller.event(0).readable)
    poller.remove(near.fd)
    #expect(poller.register(near.fd, token: 2, interest: .readable) == true)
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(poller.event(0).token == 2 && poller.event(0).readable)
    poller.remove(near.fd)
    #expect(poller.wait(until: now, now: now) == 0)
  }

  @Test func aResetIsAFailure() throws {
    var link = try Loopback()
    let near = link.near.take()!
    let far = link.far.take()!
    far.setResetOnClose()
    var poller = try Poller()
    #expect(poller.register(near.fd, token: 1, interest: .readable) == true)
    _ = consume far
    let (until, now) = soon()
    #expect(poller.wait(until: until, now: now) == 1)
    #expect(poller.event(0).failed && poller.event(0).readable)
    #expect(near.receive().1 == .failed(TransportFault(errno: ECONNRESET)))
  }

  @Test func anotherThreadEndsTheWait() throws {
    let bell = try Bell()
    var poller = try Poller()
    #expect(poller.register(bell.fd, token: 9, interest: .readable) == true)
    let thread = try NamedThread.start(name: "ringer") { bell.ring() }
    #expect(poller.wait(until: .never, now: Instant.now()) == 1)
    #expect(poller.event(0).token == 9)
    thread.join()
    bell.ring()
    #expect(bell.silence())
    #expect(!bell.silence())
    #expect(poller.wait(until: Instant.now(), now: Instant.now()) == 0)
    #expect(poller.wait(until: Instant(nanoseconds: .min), now: Instant.now()) == 0)
  }

  @Test func moreThanOneWaitHoldsComesWithTheNext() throws {
    var poller = try Poller()
    var bells: [Bell] = []
    for token in 0..<(Poller.capacity + 20) {
      let bell = try Bell()
      bell.ring()
      #expect(
        poller.register(bell.fd, token: UInt64(token), interest: [.readable, .edgeTriggered])
          == true)
      bells.append(bell)
    }
    let (until, now) = soon()
    #expect(poller.wait(until: until, now: now) == Poller.capacity)
    var tokens = Set((0..<poller.count).map { poller.event($0).token })
    #expect(poller.wait(until: until, now: now) == 20)
    for index in 0..<20 { tokens.insert(poller.event(index).token) }
    #expect(tokens.count == Poller.capacity + 20)
  }
}
