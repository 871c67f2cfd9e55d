// One connection of the load, with its current request. In: a request's bytes. Out: how far its
// response is. If the socket does not take a request at once, the rest is copied into a buffer of
// the connection's own, since the next request reuses the same memory. That buffer is kept, so a
// connection may take as much memory as the largest payload.

import Primitives
import Reactor

/// What a connection is waiting for.
enum LoadConnectionState {
  /// The connection and, under TLS, the handshake.
  case opening
  /// A request.
  case free
  /// The response to its request.
  case asking
}

/// A request in progress.
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
  /// Whether it is one of those opened and left idle.
  let isIdle: Bool
  var request = LoadRequest()
  var scanner = ResponseScanner()
  /// Whether the response's payload has been right so far.
  var isRight = true
  /// Whether the lock that the request acquired is now being released.
  var isReleasing = false
  private var unsent = ByteBuffer()

  init(_ transport: consuming Transport, isIdle: Bool) {
    self.transport = transport
    self.isIdle = isIdle
  }

  /// Advances the connection attempt and its handshake by a step.
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

  /// Sends a request, as far as the socket takes it; `flush` sends the rest. A request whose
  /// response came early may still be unsent in part: then this one waits behind it. False when
  /// the connection is unusable.
  mutating func send(_ bytes: RawSpan) -> Bool {
    if !unsent.isEmpty {
      unsent.append(bytes)
      return true
    }
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

  /// Sends the rest of the request. False when the connection is unusable.
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

  /// Whether part of the request is still unsent.
  var hasUnsent: Bool { !unsent.isEmpty || transport.hasPendingOutput }
}
