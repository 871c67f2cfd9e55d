// A client's connection: what was read of its current request, and what is still to be sent of the
// last response. One exchange at a time: if a client pipelines, its next request waits, unparsed,
// until the response to this one has left.
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
  /// What the connection is doing.
  enum Phase: Equatable {
    /// TLS is being set up.
    case handshaking
    /// No request has begun.
    case idle
    /// Part of a head has arrived.
    case head
    /// The head has arrived and has `head` bytes; the body ends `end` bytes after the request's
    /// start.
    case body(head: Int, end: Int)
    /// The head has arrived and has `head` bytes; the body comes in chunks.
    case chunks(head: Int)
    /// The request did not arrive in time; the program has yet to learn of it.
    case late
    /// The program has the request.
    case waiting
    /// The response is being sent.
    case writing
    /// The last response was sent; whatever still arrives is discarded.
    case lingering
  }

  // The members that every request uses come first, so that they share cache lines.
  var transport: Transport
  var phase: Phase
  /// The kernel has bytes, as far as is known.
  var isReadable = false
  /// The kernel has reported that the client sends no more; unread bytes may come before the end.
  var isHalfClosed = false
  /// The client is queued to be served, later in this tick or in the next.
  var isQueued = false
  /// The connection ends with the response that is being sent.
  var closesAfterAnswer = false
  /// A request of this connection has been answered.
  var wasAnswered = false
  /// The tick in which it was last served, and how many requests were served in that tick.
  var lastTick = 0
  var served = 0
  var parser = RequestParser()
  /// What was read and is not yet answered.
  var input = ByteBuffer()
  /// What is left to send.
  var output = ByteBuffer()
  /// How many bytes its buffers were last counted as.
  var bytes = 0
  /// The door it came by.
  let door: Door
  var chunks = ChunkedDecoder()
  /// The largest body accepted in chunks, in bytes.
  var largestBody = 0

  init(_ transport: consuming Transport, door: Door) {
    self.door = door
    phase = transport.isEncrypted ? .handshaking : .idle
    self.transport = transport
  }

  /// Notes what an event says about the socket.
  mutating func note(_ event: Event) {
    if event.readable { isReadable = true }
    if event.peerClosed { isHalfClosed = true }
  }

  /// Counts a request; returns whether it may be served in this tick. A client that pipelines must
  /// not keep the others waiting.
  mutating func countRequest(in tick: Int, atMost limit: Int) -> Bool {
    if lastTick != tick {
      lastTick = tick
      served = 0
    }
    served += 1
    return served <= limit
  }

  /// Gets ready for the next request: the response has left.
  mutating func startOver() {
    phase = .idle
    wasAnswered = true
    parser.reset()
  }

  /// Whether what the client sends is read in this phase.
  var isReading: Bool {
    switch phase {
    case .idle, .head, .body, .chunks, .late, .lingering: true
    case .handshaking, .waiting, .writing: false
    }
  }

  /// Whether there is something to read, and it may be read in this tick.
  var mayRead: Bool { isReadable && isReading && !isQueued }
}
