import Glibc
import Primitives
import Testing

@testable import Reactor

@Suite struct SocketTests {
  @Test(arguments: ["127.0.0.1", "::1", "localhost"])
  func bytesGoThereAndBack(host: String) throws {
    var link = try Loopback(host: host)
    let near = link.near.take()!
    let far = link.far.take()!
    #expect(near.localAddress?.isV6 == (host == "::1"))
    #expect(near.receive().1 == .wouldBlock)
    #expect(near.send([1, 2, 3]) == .moved(3))
    try waitFor(far.fd)
    #expect(far.receive().0 == [1, 2, 3])
    #expect(far.send([4]) == .moved(1))
    try waitFor(near.fd)
    #expect(near.receive().0 == [4])
    #expect(near.send([]) == .moved(0))
  }

  @Test func aFullPeerTakesAPartAndThenNothing() throws {
    var link = try Loopback(buffers: 16_384)
    let near = link.near.take()!
    let far = link.far.take()!
    let bytes = [UInt8](repeating: 7, count: 8 * 1_024 * 1_024)
    guard case .moved(let first) = near.send(bytes) else {
      Issue.record("the first write moves something")
      return
    }
    #expect(first > 0 && first < bytes.count)
    // Once, since what has left by then makes room again when it is acknowledged.
    var last = near.send(bytes)
    while case .moved = last { last = near.send(bytes) }
    #expect(last == .wouldBlock)
    while case .moved = far.receive().1 {}
    try waitFor(near.fd, writable: true)
    guard case .moved = near.send(bytes) else {
      Issue.record("a drained peer takes more")
      return
    }
  }

  @Test func halfAConnectionGoesOn() throws {
    var link = try Loopback()
    let near = link.near.take()!
    let far = link.far.take()!
    near.shutdownWriting()
    try waitFor(far.fd)
    #expect(far.receive().1 == .closed)
    #expect(far.send([9]) == .moved(1))
    try waitFor(near.fd)
    #expect(near.receive().0 == [9])
    #expect(near.send([1]) == .closed)
  }

  @Test func nobodyListens() throws {
    let held = try HeldPort()
    // The kernel may say so at once or later.
    do throws(TransportFault) {
      let socket = try Socket.connect(to: held.address)
      var watched = pollfd(fd: socket.fd, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&watched, 1, 30_000)
      #expect(socket.connectResult() == .failed(.refused))
    } catch {
      #expect(error == .refused)
    }
  }

  /// A link-local address without its link, as one behind a route into a black hole, is no argument that
  /// makes no sense: some node's address is wrong, and nothing else is.
  @Test func anAddressThatLeadsNowhere() {
    let address = Address(literal: "fe80::1", port: 9)!
    #expect(throws: TransportFault.unreachable(EINVAL)) { _ = try Socket.connect(to: address) }
  }

  @Test func optionsReachTheKernel() throws {
    var link = try Loopback()
    let near = link.near.take()!
    let far = link.far.take()!
    near.setKeepAlive(KeepAlive(idle: 30, interval: 7, count: 4))
    near.setUserTimeout(.seconds(12))
    #expect(near.option(Int32(IPPROTO_TCP), 1) == 1)
    #expect(far.option(Int32(IPPROTO_TCP), 1) == 1)
    #expect(near.option(SOL_SOCKET, SO_KEEPALIVE) == 1)
    #expect(near.option(Int32(IPPROTO_TCP), 4) == 30)
    #expect(near.option(Int32(IPPROTO_TCP), 5) == 7)
    #expect(near.option(Int32(IPPROTO_TCP), 6) == 4)
    #expect(near.option(Int32(IPPROTO_TCP), 18) == 12_000)
  }

  @Test func addressesAreSpelledAndRead() {
    #expect(Address(literal: "127.0.0.1", port: 7_000)?.description == "127.0.0.1:7000")
    #expect(Address(literal: "::1", port: 7_000)?.description == "[::1]:7000")
    #expect(Address(literal: "[fe80::1]", port: 1)?.host == "fe80::1")
    #expect(Address(literal: "::1", port: 1) == Address(literal: "[0:0::1]", port: 1))
    #expect(Address(literal: "::1", port: 1) != Address(literal: "::1", port: 2))
    #expect(Address(literal: "127.0.0.1", port: 1)?.with(port: 5).port == 5)
    for text in ["", "localhost", "127.0.0", "1.2.3.4.5", "[127.0.0.1", "::g", "256.1.1.1"] {
      #expect(Address(literal: text, port: 1) == nil)
    }
  }
}
