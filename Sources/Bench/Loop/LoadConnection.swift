// One connection of the load and the request that is on it. In: a request's bytes; out: where its
// answer is. A connection without a request owns no buffer; what a socket does not take of a request
// at once is copied, since the next request is made in the same place.

import Primitives
import Reactor

/// What a connection waits for.
enum LoadConnectionState {
  /// The connection and, under TLS, the handshake.
  case opening
  /// A request.
  case free
  /// The answer to its request.
  case asking
}

/// A request on its way.
struct LoadRequest {
  var operation = LoadOperation.get
  /// The session's number.
  var number = 0
  var due = Instant(nanoseconds: 0)
  var isMeasured = false
}

/// A connection to the server.
struct LoadConnection: ~Copyable {
  var transport: Transport
  var state = LoadConnectionState.opening
  var isConnected = false
  /// Whether it is one of those that are opened and left idle.
  let isIdle: Bool
  var request = LoadRequest()
  var scanner = ResponseScanner()
  /// Whether the answer's payload has been right so far.
  var isRight = true
  /// Whether the lock that the request acquired is being released.
  var isReleasing = false
  private var unsent = ByteBuffer()

  init(_ transport: consuming Transport, isIdle: Bool) {
    self.transport = transport
    self.isIdle = isIdle
  }

  /// Takes the connection and its handshake a step on.
  mutating func open() -> Handshake {
    if !isConnected {
      switch transport.connectResult() {
      case .connected: isConnected = true
      case .pending: return .wantsWrite
      case .failed(let fault): return .failed(fault)
      }
    }
    return transport.handshake()
  }

  /// Sends a request, or what of it the socket takes; `flush` sends the rest. False when the
  /// connection is of no use any more.
  mutating func send(_ bytes: RawSpan) -> Bool {
    var sent = 0
    while sent < bytes.byteCount {
      switch transport.write(bytes.extracting(sent..<bytes.byteCount)) {
      case .moved(let count): sent += count
      case .wouldBlock:
        unsent.append(bytes.extracting(sent..<bytes.byteCount))
        return true
      case .closed, .failed: return false
      }
    }
    return true
  }

  /// Sends what is left of the request. False when the connection is of no use any more.
  mutating func flush() -> Bool {
    if case .failed = transport.flush() { return false }
    return Self.send(&unsent, on: &transport)
  }

  private static func send(_ bytes: inout ByteBuffer, on transport: inout Transport) -> Bool {
    while !bytes.isEmpty {
      switch transport.write(bytes.bytes) {
      case .moved(let count): bytes.consume(count)
      case .wouldBlock: return true
      case .closed, .failed: return false
      }
    }
    return true
  }

  /// Whether a part of the request is still to be sent.
  var hasUnsent: Bool { !unsent.isEmpty || transport.hasPendingOutput }
}
