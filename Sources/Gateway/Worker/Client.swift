// A client's connection: what is read of its present request, and what is still to be sent of the
// last answer. One exchange at a time: the next request of a client that pipelines waits, unparsed,
// until the answer to this one has left.
//
//   handshaking ─► idle ─► head ─► body | chunks ─► waiting ─► writing ─► idle …
//                                                                  └────► lingering ─► gone
//
// An idle connection owns no buffer.

import API
import HTTP
import Primitives
import Reactor

/// A connection from a client.
struct Client: ~Copyable {
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
    /// The store has the command.
    case waiting
    /// The answer is being sent.
    case writing
    /// The last answer was sent, and the rest of what comes is dropped.
    case lingering
  }

  var transport: Transport
  var phase: Phase
  var parser = RequestParser()
  var chunks = ChunkedDecoder()
  /// What was read and is not answered.
  var input = ByteBuffer()
  /// What is left to send.
  var output = ByteBuffer()
  /// What its buffers were counted as.
  var bytes = 0
  /// The kernel has bytes, as far as is known.
  var isReadable = false
  /// The client sends no more, as the kernel has told; there may be bytes before the end.
  var isHalfClosed = false
  /// In which turn it was last served, and how many requests in it.
  var turn = 0
  var served = 0
  /// Its next request waits for the next turn.
  var isPostponed = false
  /// The connection ends with the answer that is being sent.
  var closesAfterAnswer = false
  /// It was answered before.
  var hasAsked = false
  /// The client was told to go on sending its body.
  var wasContinued = false
  /// The exchange under way.
  var exchange = Exchange()
  /// The request's names in other logs, and its caller's for the access log.
  var correlation = Correlation()
  var caller = ""
  /// Whether its head has come and its answer is not made.
  var isInFlight = false
  /// The store's operation that is pending.
  var operation = Ticket.none
  /// The batch of touches that is pending.
  var batch: TouchBatch?

  /// By which door it came.
  let purpose: Doorway.Purpose

  init(_ transport: consuming Transport, _ purpose: Doorway.Purpose) {
    self.purpose = purpose
    phase = transport.isEncrypted ? .handshaking : .idle
    self.transport = transport
  }

  /// Whether requests are being read.
  var isReading: Bool {
    switch phase {
    case .idle, .head, .body, .chunks: true
    case .handshaking, .waiting, .writing, .lingering: false
    }
  }
}
