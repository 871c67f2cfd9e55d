// A connection as the event loop sees it: the same verbs whether it is plain or TLS. In: plain bytes.
// Out: plain bytes, or why there are none. It owns the socket; closing is the end of its life.
//
//   handshake until .done  ->  read / write / flush, in any order  ->  close
//
// Edge-triggered events: after one, read until `mayHaveMore` says no, also after `.wouldBlock`, which under
// TLS may mean that nothing plain was in what came; and when the event said that the peer closed, until
// `.closed`. OpenSSL's buffer is unknown to epoll.
// Bounded: see TLSStream; a plain connection buffers nothing.

public import Primitives

/// What a read or write on a transport did.
public enum Transfer: Equatable, Sendable {
  /// So many plain bytes moved.
  case moved(Int)
  /// Nothing plain now: wait for the poller's event, unless `mayHaveMore`.
  case wouldBlock
  /// The peer said that no more bytes come.
  case closed
  /// The connection is of no use any more.
  case failed(TransportFault)
}

/// How far a handshake is.
public enum Handshake: Equatable, Sendable {
  /// Bytes can move.
  case done
  /// Go on when the socket gets readable.
  case wantsRead
  /// Go on when the socket gets writable.
  case wantsWrite
  /// There will be no connection.
  case failed(TransportFault)
}

/// How far pending output is.
public enum Flush: Equatable, Sendable {
  /// Nothing is pending.
  case done
  /// Go on when the socket gets writable.
  case wouldBlock
  /// The connection is of no use any more.
  case failed(TransportFault)
}

/// A plain or encrypted connection.
public struct Transport: ~Copyable {
  private let socket: Socket
  private var tls: TLSStream?
  // Plain: the last read took all there was.
  private var isDrained = false

  /// Bytes as they are.
  public init(plain socket: consuming Socket) {
    self.socket = socket
    tls = nil
  }

  /// TLS towards `host` (a name, sent as SNI, or an IP address), which its certificate must be for;
  /// the context's own server name, if it has one, stands in for it. `session`, of an earlier
  /// connection to the same host, saves most of the handshake when the peer still knows it.
  public init(
    client socket: consuming Socket, context: borrowing TLSContext, host: String,
    resuming session: borrowing TLSSession?
  ) {
    precondition(!context.isServer, "a client needs a client's context")
    let stream = TLSStream(fd: socket.fd, context: context)
    stream.expect(context.serverName ?? host)
    switch session {
    case .some(let session): stream.resume(session)
    case .none: break
    }
    self.socket = socket
    tls = consume stream
  }

  /// TLS with a client that connected to us.
  public init(server socket: consuming Socket, context: borrowing TLSContext) {
    precondition(context.isServer, "a server needs a server's context")
    let stream = TLSStream(fd: socket.fd, context: context)
    self.socket = socket
    tls = consume stream
  }

  /// The descriptor, for the poller.
  public var fd: Int32 { socket.fd }

  /// How far the connection attempt is; for one that `Socket.connect` began.
  public func connectResult() -> ConnectResult { socket.connectResult() }

  /// Takes the handshake a step on. A plain connection needs none.
  ///
  /// - Parameter isHalfClosed: whether the poller has told that the peer sends no more. It tells so once,
  ///   maybe with the last bytes, so that the end is looked for behind them.
  public mutating func handshake(isHalfClosed: Bool = false) -> Handshake {
    if tls == nil { return .done }
    let progress = tls!.handshake()
    return isHalfClosed && progress == .wantsRead ? tls!.handshake() : progress
  }

  /// Receives up to `memory.count` bytes, which must not be 0. Under TLS `.failed(.closed)` is a peer
  /// that vanished without saying so, `.closed` one that did.
  @safe
  public mutating func read(into memory: UnsafeMutableRawBufferPointer) -> Transfer {
    unsafe read(into: ReadRoom(memory))
  }

  /// Receives into a room of two pieces: in one call when plain; under TLS, where a record is all
  /// that a call gives, into the first piece only.
  public mutating func read(into room: ReadRoom) -> Transfer {
    if tls != nil { return unsafe tls!.read(into: room.first) }
    let result = socket.read(into: room)
    if case .moved(let count) = result {
      isDrained = count < room.count
    } else {
      isDrained = true
    }
    return Transfer(result)
  }

  /// Takes bytes to be sent and tells how many: the first of them, maybe not all. Under TLS all that
  /// is told has been encrypted, and `hasPendingOutput` says whether some still waits here; then
  /// nothing is taken until `flush` is done. Write again after a short count only if nothing is
  /// pending: it is short at 256 KiB, too.
  public mutating func write(_ bytes: RawSpan) -> Transfer {
    if tls != nil { return tls!.write(bytes) }
    return Transfer(socket.write(bytes))
  }

  /// Sends what is pending.
  public mutating func flush() -> Flush {
    if tls == nil { return .done }
    return tls!.flush()
  }

  /// Whether ciphertext waits for the socket to get writable.
  public var hasPendingOutput: Bool { ask(else: false) { $0.hasPendingOutput } }

  /// How many bytes of memory ciphertext takes between two calls: what waits to be sent, and what a piece
  /// of a record that came keeps. 0 when plain.
  public var heldBytes: Int { ask(else: 0) { $0.heldBytes } }

  /// Whether bytes wait in OpenSSL's buffer, for which no event will come.
  public var hasBuffered: Bool { ask(else: false) { $0.hasBuffered } }

  /// Whether a further read may give something without a further event. What it says holds for the
  /// last read's time; it spares the read that would only find `.wouldBlock`.
  public var mayHaveMore: Bool { ask(else: !isDrained) { $0.mayHaveMore } }

  /// How many bytes the last read took from the kernel under TLS; 0 when plain.
  public var received: Int { ask(else: 0) { $0.received } }

  /// Whether the connection is encrypted.
  public var isEncrypted: Bool { tls != nil }

  /// Whether the handshake was shortened by an earlier session.
  public var isResumed: Bool { ask(else: false) { $0.isResumed } }

  /// "TLSv1.3", or nil when plain.
  public var protocolVersion: String? { ask(else: nil) { $0.versionName } }

  /// What the peer has shown of itself. Nil when plain, or when it showed nothing.
  public var peerCertificate: Certificate? { ask(else: nil) { $0.peerCertificate() } }

  /// The session, for the next connection to the same host. Under TLS 1.3 it comes after the
  /// handshake, with the first bytes read; so take it before closing. Nil when there is none.
  public func takeSession() -> TLSSession? {
    switch tls {
    case .some(let stream): stream.takeSession()
    case .none: nil
    }
  }

  /// Says goodbye as far as the socket takes it at once (close_notify), and ends sending. The
  /// descriptor is closed with the transport itself.
  public mutating func close() {
    if tls != nil { tls!.close() }
    socket.shutdownWriting()
  }

  // A noncopyable value inside an Optional is borrowed by a switch only.
  private func ask<Answer>(
    else otherwise: Answer, _ question: (borrowing TLSStream) -> Answer
  ) -> Answer {
    switch tls {
    case .some(let stream): question(stream)
    case .none: otherwise
    }
  }
}

extension Transfer {
  fileprivate init(_ result: IOResult) {
    switch result {
    case .moved(let count): self = .moved(count)
    case .wouldBlock: self = .wouldBlock
    case .closed: self = .closed
    case .failed(let error): self = .failed(TransportFault(errno: error))
    }
  }
}
