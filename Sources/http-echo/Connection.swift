// A client's connection. One exchange at a time, as in the gateway:
//
//   idle ─► head ─► body | chunks ─► writing ─► idle …
//                                       └────► lingering ─► gone

import HTTP
import Primitives
import Reactor

/// A connection from a client.
struct Connection: ~Copyable {
  /// What is being done.
  enum Phase: Equatable {
    /// Nothing of a request has come.
    case idle
    /// A part of a head has come.
    case head
    /// The head has come; the body ends at `end` bytes from the request's first.
    case body(head: Int, end: Int)
    /// The head has come and is this long; the body comes in chunks.
    case chunks(head: Int)
    /// The answer is being sent.
    case writing
    /// The last answer was sent, and the rest of what comes is dropped.
    case lingering
  }

  var transport: Transport
  var phase = Phase.idle
  var parser = RequestParser()
  var chunks = ChunkedDecoder()
  /// What was read and is not answered.
  var input = ByteBuffer()
  /// What is left to send.
  var output = ByteBuffer()
  /// The kernel has bytes, as far as is known.
  var isReadable = false
  /// The client sends no more than the kernel has: what is left must be read up to its end, of
  /// which no event will come.
  var isEnding = false
  /// The connection ends with the answer that is being sent.
  var closesAfterAnswer = false

  init(_ socket: consuming Socket) { transport = Transport(plain: socket) }

  /// Whether requests are being read.
  var isReading: Bool {
    switch phase {
    case .idle, .head, .body, .chunks: true
    case .writing, .lingering: false
    }
  }
}
