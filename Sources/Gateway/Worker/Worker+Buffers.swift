// What clients hold of the gateway's memory: requests that have come in part, answers that they do not
// read. Idle clients and those whose requests come whole hold nothing, so that nothing is counted for
// them. Once the bound is reached no further bytes are kept: a request that is to come in pieces gets
// 503 and its connection ends, and so does that of a client that does not read.

import API
import Primitives
import Reactor

extension Worker where Store: ~Copyable {
  /// Whether the buffers of clients may take so many bytes more.
  func hasRoom(for count: Int) -> Bool { clientBytes + count <= bounds.clientBuffers }

  /// Notes what a client's buffers take now.
  mutating func weigh(_ client: Ticket) {
    let bytes =
      clients[client].input.capacity + clients[client].output.capacity
      + clients[client].transport.pendingBytes
    weigh(client, bytes)
  }

  /// Notes that a client's buffers take so many bytes.
  mutating func weigh(_ client: Ticket, _ bytes: Int) {
    clientBytes += bytes - clients[client].bytes
    clients[client].bytes = bytes
    board.set(.clientBytes, clientBytes)
  }

  /// There is no room for what a client sends, or for what it does not read.
  ///
  /// - Parameter bytes: what came of its request.
  mutating func refuseForRoom(_ client: Ticket, _ bytes: RawSpan) {
    board.count(.clientBuffers)
    switch clients[client].phase {
    case .head:
      clients[client].exchange = Exchange(refused: bytes, at: moment.instant)
      answer(client, .noRoom)
    case .body, .chunks: answer(client, .noRoom)
    case .handshaking, .idle, .waiting, .writing, .lingering: drop(client)
    }
  }
}
