import Primitives
import Reactor
import Testing

@testable import Bench

@Suite("A connection of a load")
struct LoadConnectionTests {
  /// Takes what has arrived at `socket`.
  private func receive(_ socket: borrowing Socket, into bytes: inout [UInt8]) {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case .moved(let count) = unsafe part.withUnsafeMutableBytes({ socket.read(into: $0) }) {
      bytes += part[..<count]
    }
  }

  @Test("A request waits behind one that has not left yet, although its response is there")
  func waitsBehindTheLast() throws {
    var pair = try Socket.pair()
    var connection = LoadConnection(Transport(plain: pair.takeFirst()), isIdle: false)
    let far = pair.takeSecond()
    let (long, next) = ([UInt8](repeating: 1, count: 16 << 20), [UInt8](repeating: 2, count: 9))
    var arrived: [UInt8] = []
    var isUsable = unsafe connection.send(long.span.bytes)
    #expect(isUsable && connection.hasUnsent)
    // Now the socket has room.
    receive(far, into: &arrived)
    isUsable = unsafe connection.send(next.span.bytes)
    while isUsable && connection.hasUnsent {
      isUsable = connection.flush()
      receive(far, into: &arrived)
    }
    receive(far, into: &arrived)
    #expect(isUsable)
    #expect(arrived.count == long.count + next.count)
    #expect(arrived.suffix(next.count) == next[...])
  }
}
