// A client's connection: what is read of its present request, and what is still to be sent of the
// last answer. One exchange at a time: the next request of a client that pipelines waits, unparsed,
// until the answer to this one has left.
//
//   handshaking ─► idle ─► head ─► body | chunks ─► waiting ─► writing ─► idle …
//                                                                  └────► lingering ─► gone
//
// An idle connection owns no buffer.

import HTTP
import Primitives
import Reactor

/// A connection from a client.
struct Connection: ~Copyable {
  /// What is being done.
  enum Phase: Equatable {
    /// TLS is being set up.
    case handshaking
    /// Nothing of a request has come.
    case idle
    /// A part of a head has come.
    case head
    /// The head has come and is so long; the body ends at `end` bytes from the request's first.
    case body(head: Int, end: Int)
    /// The head has come and is this long; the body comes in chunks.
    case chunks(head: Int)
    /// The request did not come in time, which the program is yet to be told.
    case late
    /// The program has the request.
    case waiting
    /// The answer is being sent.
    case writing
    /// The last answer was sent, and the rest of what comes is dropped.
    case lingering
  }

  // What every request looks at comes first, so that it is next to each other.
  var transport: Transport
  var phase: Phase
  /// The kernel has bytes, as far as is known.
  var isReadable = false
  /// The client sends no more, as the kernel has told; there may be bytes before the end.
  var isHalfClosed = false
  /// It is to be served, later in this turn or in the next.
  var isQueued = false
  /// The connection ends with the answer that is being sent.
  var closesAfterAnswer = false
  /// It was answered before.
  var hasAsked = false
  /// In which turn it was last served, and how many requests in it.
  var turn = 0
  var served = 0
  var parser = RequestParser()
  /// What was read and is not answered.
  var input = ByteBuffer()
  /// What is left to send.
  var output = ByteBuffer()
  /// What its buffers were counted as.
  var bytes = 0
  /// By which door it came.
  let door: Int
  var chunks = ChunkedDecoder()
  /// How many bytes its body may have, if that comes in chunks.
  var largestBody = 0

  init(_ transport: consuming Transport, door: Int) {
    self.door = door
    phase = transport.isEncrypted ? .handshaking : .idle
    self.transport = transport
  }

  /// Notes what an event says of the socket.
  mutating func note(_ event: Event) {
    if event.readable { isReadable = true }
    if event.peerClosed { isHalfClosed = true }
  }

  /// Whether another request is served in this turn: who pipelines must not keep the others waiting.
  mutating func mayAsk(in turn: Int, atMost limit: Int) -> Bool {
    if self.turn != turn {
      self.turn = turn
      served = 0
    }
    served += 1
    return served <= limit
  }

  /// The answer has left, and the next request may come.
  mutating func startOver() {
    phase = .idle
    hasAsked = true
    parser.reset()
  }

  /// Whether what it sends is read now.
  var isReading: Bool {
    switch phase {
    case .idle, .head, .body, .chunks, .late, .lingering: true
    case .handshaking, .waiting, .writing: false
    }
  }

  /// Whether there is something to be read, and in this turn.
  var mayRead: Bool { isReadable && isReading && !isQueued }
}
