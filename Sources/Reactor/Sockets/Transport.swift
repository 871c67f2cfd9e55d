// A connection as the event loop sees it: the same calls whether it is plain or TLS. In: plain
// bytes. Out: plain bytes, or why there are none. It owns the socket; closing ends its life.
//
//   handshake until .done  ->  read / write / flush, in any order  ->  close
//
// Events are edge-triggered: after one, read until `mayHaveMore` is false, even past `.wouldBlock`,
// which under TLS may mean that what arrived held no plain bytes. If the event said that the peer
// closed, read until `.closed`. epoll does not know of OpenSSL's buffer.
// Bounded: see TLSStream; a plain connection buffers nothing.

public import Primitives

/// The state of a handshake.
public enum Handshake: Equatable, Sendable {
  /// The connection can carry bytes.
  case done
  /// Continue when the socket becomes readable.
  case wantsRead
  /// Continue when the socket becomes writable.
  case wantsWrite
  /// The connection cannot be established.
  case failed(TransportFault)
}

/// The state of pending output.
public enum Flush: Equatable, Sendable {
  /// Nothing is pending.
  case done
  /// Continue when the socket becomes writable.
  case wouldBlock
  /// The connection is unusable.
  case failed(TransportFault)
}

/// A plain or encrypted connection.
public struct Transport: ~Copyable {
  private let socket: Socket
  private var tls: TLSStream?
  /// Plain only: the last read emptied the kernel's queue.
  private var isDrained = false

  /// A plain connection.
  public init(plain socket: consuming Socket) {
    self.socket = socket
    tls = nil
  }

  /// TLS to `host` (a name, sent as SNI, or an IP address), which the peer's certificate must be
  /// for. The context's server name, if it has one, replaces it. `session`, from an earlier
  /// connection to the same host, saves most of the handshake if the peer still accepts it.
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

  /// TLS with a client that connected to the gateway.
  public init(server socket: consuming Socket, context: borrowing TLSContext) {
    precondition(context.isServer, "a server needs a server's context")
    let stream = TLSStream(fd: socket.fd, context: context)
    self.socket = socket
    tls = consume stream
  }

  /// The descriptor, for the poller.
  public var fd: Int32 { socket.fd }

  /// The state of the connection attempt that `Socket.connect` began.
  public func connectResult() -> ConnectResult { socket.connectResult() }

  /// Advances the handshake by a step. A plain connection needs none.
  ///
  /// - Parameter isHalfClosed: whether the poller has reported that the peer sends no more. It
  ///   reports that once, perhaps together with the last bytes, so the end is looked for after
  ///   them.
  public mutating func handshake(isHalfClosed: Bool = false) -> Handshake {
    if tls == nil { return .done }
    let progress = tls!.handshake()
    return isHalfClosed && progress == .wantsRead ? tls!.handshake() : progress
  }

  /// Receives up to `memory.count` bytes, which must not be 0. Under TLS `.closed` means that the
  /// peer sent close_notify, `.failed(.closed)` that it vanished without one.
  @safe
  public mutating func read(into memory: UnsafeMutableRawBufferPointer) -> Transfer {
    unsafe read(into: ReadRoom(memory))
  }

  /// Receives into a room of two parts: into both with one call when plain, into the first part
  /// only under TLS, where OpenSSL returns one record per call.
  public mutating func read(into room: ReadRoom) -> Transfer {
    if tls != nil { return unsafe tls!.read(into: room.first) }
    let result = socket.read(into: room)
    if case .moved(let count) = result {
      isDrained = count < room.count
    } else {
      isDrained = true
    }
    return result
  }

  /// Takes bytes to send, from the front, and returns how many it took: perhaps not all. Under TLS
  /// the bytes taken have been encrypted; while some of that ciphertext waits here
  /// (`hasPendingOutput`), nothing more is taken until `flush` is done. After a short count, write
  /// again only if nothing is pending: a TLS write also stops at 256 KiB.
  public mutating func write(_ bytes: RawSpan) -> Transfer {
    if tls != nil { return tls!.write(bytes) }
    return socket.write(bytes)
  }

  /// Sends pending ciphertext.
  public mutating func flush() -> Flush {
    if tls == nil { return .done }
    return tls!.flush()
  }

  /// Whether ciphertext waits for the socket to become writable.
  public var hasPendingOutput: Bool { ask(else: false) { $0.hasPendingOutput } }

  /// How many bytes of memory ciphertext occupies between two calls: output waiting to be sent, and
  /// the buffer kept while a received record is incomplete. 0 when plain.
  public var heldBytes: Int { ask(else: 0) { $0.heldBytes } }

  /// Whether part of a record has been received, and the rest has not. False when plain.
  public var isMidRecord: Bool { ask(else: false) { $0.isMidRecord } }

  /// Whether bytes wait in OpenSSL's buffer. No event will announce them.
  public var hasBuffered: Bool { ask(else: false) { $0.hasBuffered } }

  /// Whether another read may yield something without another event. It reflects the moment of the
  /// last read, and spares the read that would only return `.wouldBlock`.
  public var mayHaveMore: Bool { ask(else: !isDrained) { $0.mayHaveMore } }

  /// How many bytes the last read took from the kernel under TLS; 0 when plain.
  public var received: Int { ask(else: 0) { $0.received } }

  /// Whether the connection is encrypted.
  public var isEncrypted: Bool { tls != nil }

  /// Whether the handshake resumed an earlier session.
  public var isResumed: Bool { ask(else: false) { $0.isResumed } }

  /// The TLS version, such as "TLSv1.3"; nil when plain.
  public var protocolVersion: String? { ask(else: nil) { $0.versionName } }

  /// The certificate that the peer presented. Nil when plain, or when it presented none.
  public var peerCertificate: Certificate? { ask(else: nil) { $0.peerCertificate() } }

  /// The session, for the next connection to the same host; nil when there is none. Under TLS 1.3
  /// it arrives after the handshake, with the first bytes read, so take it just before closing.
  public func takeSession() -> TLSSession? {
    switch tls {
    case .some(let stream): stream.takeSession()
    case .none: nil
    }
  }

  /// Sends close_notify, as far as the socket takes it at once, and ends sending. The descriptor is
  /// closed together with the transport itself.
  public mutating func close() {
    if tls != nil { tls!.close() }
    socket.shutdownWriting()
  }

  /// Asks the TLS stream, if there is one: only a switch can borrow a noncopyable value in an
  /// Optional.
  private func ask<Answer>(
    else otherwise: Answer, _ question: (borrowing TLSStream) -> Answer
  ) -> Answer {
    switch tls {
    case .some(let stream): question(stream)
    case .none: otherwise
    }
  }
}
