import Chance
import Glibc
import Primitives
import Reactor
import Testing

@Suite struct TransferTests {
  /// Both directions at once, in pieces of all sizes, over a connection with small buffers.
  @Test(arguments: [true, false], [1, 2, 3] as [UInt64])
  func manyBytesArriveAsTheyWere(encrypted: Bool, seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var link = try Loopback(buffers: 30_000)
    let trust = try Contexts.client()
    let identity = try Contexts.server()
    var near: Transport
    var far: Transport
    if encrypted {
      near = Transport(client: link.near.take()!, context: trust, host: "node.test", resuming: nil)
      far = Transport(server: link.far.take()!, context: identity)
      #expect(shake(&near, &far) == (.done, .done))
    } else {
      near = Transport(plain: link.near.take()!)
      far = Transport(plain: link.far.take()!)
    }
    var there = Flow(count: 5_000_000, random: &random)
    var back = Flow(count: 1_000_000, random: &random)
    var wasPending = false
    while !there.isOver || !back.isOver {
      there.send(through: &near, &random)
      wasPending = wasPending || near.hasPendingOutput
      there.receive(from: &far, &random)
      back.send(through: &far, &random)
      back.receive(from: &near, &random)
    }
    #expect(there.isExact && back.isExact)
    #expect(wasPending == encrypted)
    near.close()
    #expect(far.receive().1 == .closed)
  }

  @Test func whatThePeerDoesNotTakeStaysPending() throws {
    var pair = try TLSPair(buffers: 16_384)
    let bytes = [UInt8](repeating: 9, count: 1_000_000)
    var taken = 0
    while case .moved(let count) = pair.client.send(Array(bytes[taken...])), count > 0 {
      taken += count
    }
    #expect(taken > 0 && taken % (256 * 1_024) == 0)
    #expect(pair.client.hasPendingOutput == true)
    #expect(pair.client.flush() == .wouldBlock)
    #expect(pair.client.send([1]) == .wouldBlock)
    var got = 0
    while got < taken {
      _ = pair.client.flush()
      if case .moved(let count) = pair.server.receive().1 { got += count }
    }
    #expect(pair.client.flush() == .done)
    #expect(pair.client.hasPendingOutput == false)
    #expect(got == taken)
  }

  /// Whoever closes may read on for a while, and must not take the shut socket for a lost one.
  @Test func whatFindsNoRoomAtTheEndIsForgotten() throws {
    var pair = try TLSPair(buffers: 16_384)
    while case .moved = pair.server.send([UInt8](repeating: 9, count: 10_000)) {}
    #expect(pair.server.hasPendingOutput == true)
    pair.server.close()
    #expect(pair.server.hasPendingOutput == false && pair.server.heldBytes == 0)
    #expect(pair.server.flush() == .done)
    #expect(pair.client.send([1]) == .moved(1))
    try waitFor(pair.server.fd)
    #expect(pair.server.receive().0 == [1])
  }

  /// Several records come with one read of the socket: epoll knows nothing of those that wait here.
  @Test func bufferedRecordsAreTold() throws {
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server())
    #expect(pair.shake() == (.done, .done))
    let record = [UInt8](repeating: 7, count: 100)
    for _ in 1...3 { #expect(pair.client.send(record) == .moved(100)) }
    #expect(pair.server.receive(100).0.count == 100)
    #expect(pair.server.hasBuffered == true && pair.server.mayHaveMore == true)
    // One call takes what there is, over the records' bounds. It did not ask the socket, so it
    // cannot know that nothing else has come.
    #expect(pair.server.receive(1_000).0.count == 200)
    #expect(pair.server.hasBuffered == false && pair.server.mayHaveMore == true)
    #expect(pair.server.receive().1 == .wouldBlock)
    #expect(pair.server.mayHaveMore == false)
    // One that asked the socket and got less than it could hold does know.
    #expect(pair.client.send(record) == .moved(100))
    #expect(pair.server.receive(1_000).0.count == 100)
    #expect(pair.server.mayHaveMore == false)
  }

  /// The kernel is asked for 64 KiB at once, less a few bytes that OpenSSL aligns by. Where they end
  /// with a record nothing is buffered, and only the connection knows that more may have come.
  @Test func whatTheSocketStillHasIsTold() throws {
    // A pair has at once what was sent; TCP may bring it a little later, even on loopback.
    var pair = try TLSPair(client: Contexts.client(), server: Contexts.server())
    #expect(pair.shake() == (.done, .done))
    let record = [UInt8](repeating: 7, count: 16_384 - 22)
    for less in 0..<8 {
      for count in [0, 0, 0, less] { _ = pair.client.send(Array(record.dropLast(count))) }
      _ = pair.client.send([1])
      var got = 0
      repeat { got += pair.server.receive(100_000).0.count } while pair.server.mayHaveMore
      #expect(got == 4 * record.count - less + 1, "\(less)")
    }
  }

  @Test func aResetIsAFault() throws {
    var link = try Loopback()
    let far = link.far.take()!
    far.setResetOnClose()
    var near = Transport(plain: link.near.take()!)
    _ = consume far
    try waitFor(near.fd)
    #expect(near.receive().1 == .failed(.reset))
  }
}

/// Bytes on their way through a connection, and what arrived of them.
private struct Flow {
  private let bytes: [UInt8]
  private var sent = 0
  private var arrived: [UInt8] = []

  init(count: Int, random: inout SeededRandom) {
    let words = (0..<((count + 7) / 8)).map { _ in random.next() }
    bytes = unsafe words.withUnsafeBytes { unsafe Array($0.prefix(count)) }
  }

  var isOver: Bool { arrived.count >= bytes.count }
  var isExact: Bool { arrived == bytes }

  mutating func send(through end: inout Transport, _ random: inout SeededRandom) {
    _ = end.flush()
    let limit = random.next() % 8 == 0 ? 600_000 : 5_000
    let count = min(bytes.count - sent, Int.random(in: 1...limit, using: &random))
    if count <= 0 { return }
    if case .moved(let count) = end.send(Array(bytes[sent..<(sent + count)])) { sent += count }
  }

  mutating func receive(from end: inout Transport, _ random: inout SeededRandom) {
    arrived += end.receive(Int.random(in: 1...70_000, using: &random)).0
  }
}
