// TLS over a socket: the encrypted half of Transport. In and out: plain bytes; ciphertext stays
// inside.
//
//   write: plain bytes -> SSL_write -> scratch (the context's) -> one send -> the rest: pending
//   read:  one recv of up to 64 KiB -> OpenSSL's buffer -> SSL_read, record by record -> the caller
//
// A server's idle connection owns no buffer, unless it holds part of a record (`heldBytes`).
// Bounded: one write encrypts at most 256 KiB, and nothing is encrypted while ciphertext is
// pending; one read makes at most one recv, one step of a handshake at most four; and the
// connection to a peer that sends only TLS protocol messages, and no data, is given up.

import COpenSSL
import Primitives

/// One connection's TLS state.
@safe
struct TLSStream: ~Copyable {
  /// The most plain bytes that one write encrypts.
  static let largestWrite = 256 * 1_024
  /// The largest ClientHello or certificate chain accepted, in bytes. OpenSSL allocates the
  /// announced size at once, and this much in any case.
  static let largestHello = 16 * 1_024

  private let home: TLSHome
  private let ssl: OpaquePointer
  private let wire: UnsafeMutablePointer<TLSWire>
  /// Ciphertext that the socket has not taken.
  private var pending: ByteBuffer
  /// Why the connection failed, returned by every later call: OpenSSL forgets the reason.
  private var fault: TransportFault?
  /// Whether the last read found no complete record.
  private var isStalled: Bool
  /// Whether the peer has sent close_notify, perhaps right after its last bytes.
  private var isClosed: Bool

  init(fd: Int32, context: borrowing TLSContext) {
    home = context.home
    guard let ssl = unsafe SSL_new(home.context), let bio = unsafe BIO_new(home.method) else {
      preconditionFailure("the machine is out of memory")
    }
    unsafe self.ssl = unsafe ssl
    unsafe wire = .allocate(capacity: 1)
    unsafe wire.initialize(to: TLSWire(fd: fd, out: home.scratch))
    unsafe BIO_set_data(bio, wire)
    unsafe BIO_set_init(bio, 1)
    unsafe SSL_set_bio(ssl, bio, bio)
    pending = ByteBuffer()
    fault = nil
    isStalled = false
    isClosed = false
    if context.isServer {
      unsafe SSL_set_accept_state(ssl)
    } else {
      unsafe SSL_set_connect_state(ssl)
    }
  }

  deinit {
    // OpenSSL marks a session as bad if its connection was not shut down in both directions.
    unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
    unsafe SSL_free(ssl)
    unsafe wire.deallocate()
  }

  var hasPendingOutput: Bool { !pending.isEmpty }
  var heldBytes: Int { pending.capacity + (isMidRecord ? TLSHome.readAhead : 0) }
  var isMidRecord: Bool { unsafe !wire.pointee.framing.isWhole || SSL_has_pending(ssl) == 1 }
  /// OpenSSL also reports a pending buffer that holds only part of a record.
  var hasBuffered: Bool { unsafe !isStalled && SSL_has_pending(ssl) == 1 }
  var mayHaveMore: Bool {
    unsafe fault != nil || isClosed || hasBuffered || !wire.pointee.isDrained
  }
  var received: Int { unsafe wire.pointee.received }
  var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
  var versionName: String { unsafe String(cString: SSL_get_version(ssl)) }

  /// Sets the host that the peer must prove to be (RFC 6125; an IP address must be in the
  /// certificate).
  func expect(_ host: String) {
    let parameters = unsafe SSL_get0_param(ssl)
    if Address(literal: host, port: 0) != nil {
      let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
      let isSet = unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, bare)
      precondition(isSet == 1, "a literal address can be verified")
      return
    }
    unsafe X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    let isSet = unsafe X509_VERIFY_PARAM_set1_host(parameters, host, 0)
    precondition(isSet == 1 && !host.isEmpty, "a node's host is a name, and not an empty one")
    _ = unsafe openssl_set_server_name(ssl, host)
  }

  func resume(_ session: borrowing TLSSession) { unsafe SSL_set_session(ssl, session.session) }

  func takeSession() -> TLSSession? {
    guard let session = unsafe SSL_get1_session(ssl) else { return nil }
    let taken = unsafe TLSSession(owning: session)
    if unsafe SSL_SESSION_is_resumable(session) != 1 { return nil }
    return taken
  }

  func peerCertificate() -> Certificate? {
    guard let certificate = unsafe openssl_peer_certificate(ssl) else { return nil }
    defer { unsafe X509_free(certificate) }
    return unsafe Certificate(certificate)
  }

  mutating func handshake() -> Handshake {
    if let fault { return .failed(fault) }
    switch flush() {
    case .wouldBlock: return .wantsWrite
    case .failed(let fault): return .failed(fault)
    case .done: break
    }
    unsafe wire.pointee.isDrained = false
    unsafe wire.pointee.allowance = 4
    begin()
    let result = unsafe SSL_do_handshake(ssl)
    let code = unsafe SSL_get_error(ssl, result)
    if result != 1, code != SSL_ERROR_WANT_READ, code != SSL_ERROR_WANT_WRITE {
      let fault = fail(code)
      // Sends the alert that tells the peer why.
      _ = send()
      return .failed(fault)
    }
    if let fault = send() { return .failed(fault) }
    if unsafe wire.pointee.framing.announces(moreThan: Self.largestHello, SSL_version(ssl)) {
      return .failed(giveUp())
    }
    if result == 1 {
      unsafe wire.pointee.isEstablished = true
      return .done
    }
    // No flight is this long, and no event would announce what is left in the kernel.
    if unsafe !wire.pointee.isDrained { return .failed(giveUp()) }
    return pending.isEmpty ? .wantsRead : .wantsWrite
  }

  mutating func read(into memory: UnsafeMutableRawBufferPointer) -> Transfer {
    if let fault { return .failed(fault) }
    unsafe wire.pointee.isDrained = false
    unsafe wire.pointee.allowance = 1
    unsafe wire.pointee.received = 0
    isStalled = false
    var filled = 0
    // OpenSSL's errors are cleared for each record below.
    unsafe home.scratch.pointee.clear()
    // Plain bytes reset the count once per recv, however many records they came in.
    defer { if filled > 0 { unsafe wire.pointee.steps = 0 } }
    repeat {
      var count = 0
      ERR_clear_error()
      let result = unsafe SSL_read_ex(
        ssl, memory.baseAddress! + filled, memory.count - filled, &count)
      if result != 1 { return unsafe end(filled, SSL_get_error(ssl, result)) }
      filled += count
    } while filled < memory.count && hasBuffered
    // Reading may have produced output: the answer to a key update, or an alert. If sending it
    // fails, the next call finds out.
    _ = send()
    return .moved(filled)
  }

  /// The result of a read that found no further record: the bytes filled so far, if any.
  private mutating func end(_ filled: Int, _ code: Int32) -> Transfer {
    var end = Transfer.wouldBlock
    switch code {
    case _ where unsafe wire.pointee.steps > TLSWire.mostSteps: end = .failed(giveUp())
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: isStalled = true
    case SSL_ERROR_ZERO_RETURN:
      isClosed = true
      end = .closed
    default: end = .failed(fail(code))
    }
    _ = send()
    return filled > 0 ? .moved(filled) : end
  }

  mutating func write(_ bytes: RawSpan) -> Transfer {
    if let fault { return .failed(fault) }
    if bytes.byteCount == 0 { return .moved(0) }
    switch flush() {
    case .wouldBlock: return .wouldBlock
    case .failed(let fault): return .failed(fault)
    case .done: break
    }
    var taken = 0
    begin()
    let result = unsafe bytes.withUnsafeBytes {
      unsafe SSL_write_ex(ssl, $0.baseAddress!, min($0.count, Self.largestWrite), &taken)
    }
    if result != 1 { return unsafe .failed(fail(SSL_get_error(ssl, result))) }
    if let fault = send() { return .failed(fault) }
    return .moved(taken)
  }

  mutating func flush() -> Flush {
    if pending.isEmpty { return .done }
    let bytes = unsafe UnsafeRawBufferPointer(start: pending.readable, count: pending.count)
    switch unsafe Socket.send(bytes, on: wire.pointee.fd) {
    case .moved(let count): pending.consume(count)
    case .wouldBlock: return .wouldBlock
    case .closed: return .failed(lose(.reset))
    case .failed(let fault): return .failed(lose(fault))
    }
    if !pending.isEmpty { return .wouldBlock }
    pending = ByteBuffer()
    return .done
  }

  /// Sends close_notify (RFC 8446 §6.1) once, as far as the socket takes it at once. What it does
  /// not take is forgotten: nothing can be sent once sending has ended, and an attempt would count
  /// as a loss of the connection.
  mutating func close() {
    defer { pending = ByteBuffer() }
    guard fault == nil, unsafe SSL_is_init_finished(ssl) == 1 else { return }
    begin()
    _ = unsafe SSL_shutdown(ssl)
    _ = send()
  }

  /// To be called before OpenSSL: clears the errors and the output that earlier calls left behind.
  private func begin() {
    ERR_clear_error()
    unsafe home.scratch.pointee.clear()
  }

  /// Sends the output of the last OpenSSL call; what the socket does not take becomes pending.
  private mutating func send() -> TransportFault? {
    let scratch = unsafe home.scratch
    let count = unsafe scratch.pointee.count
    if count == 0 { return nil }
    let first = unsafe scratch.pointee.readable
    // Clearing keeps the bytes: nothing overwrites the memory before the next OpenSSL call.
    unsafe scratch.pointee.clear()
    var sent = 0
    if pending.isEmpty {
      let bytes = unsafe UnsafeRawBufferPointer(start: first, count: count)
      switch unsafe Socket.send(bytes, on: wire.pointee.fd) {
      case .moved(let taken): sent = taken
      case .wouldBlock: break
      case .closed: return lose(.reset)
      case .failed(let fault): return lose(fault)
      }
    }
    unsafe pending.append(first + sent, count - sent)
    return nil
  }

  /// The fault to report for a failed send. A peer that refuses our certificate sends an alert and
  /// closes; the write then fails before the alert is read, and the alert says more.
  private mutating func lose(_ loss: TransportFault) -> TransportFault {
    if fault != nil { return loss }
    unsafe wire.pointee.isDrained = false
    unsafe wire.pointee.allowance = 1
    var byte: UInt8 = 0
    ERR_clear_error()
    let result = unsafe SSL_peek(ssl, &byte, 1)
    if unsafe SSL_get_error(ssl, result) != SSL_ERROR_SSL { return loss }
    let found = fail(SSL_ERROR_SSL)
    if case .tls = found { return found }
    return loss
  }

  /// Fails the connection because the peer sends too much without any data.
  private mutating func giveUp() -> TransportFault {
    fault = .tls(.unruly)
    return .tls(.unruly)
  }

  /// Finds out why OpenSSL failed, and keeps it in `fault`.
  private mutating func fail(_ code: Int32) -> TransportFault {
    let error = ERR_peek_error()
    let found: TransportFault =
      if unsafe wire.pointee.error != 0 {
        unsafe TransportFault(errno: wire.pointee.error)
      } else if unsafe wire.pointee.isEnded || code != SSL_ERROR_SSL || error == 0 {
        .closed
      } else {
        unsafe .tls(TLSFault(error: error, verification: SSL_get_verify_result(ssl)))
      }
    ERR_clear_error()
    fault = found
    return found
  }
}
