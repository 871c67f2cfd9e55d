// What TLS connections of one kind have in common: trust, identity, ciphers, and the memory that
// ciphertext is made in. One a worker and kind, so that nothing is locked; connections keep the home
// they came from alive, so a context may be replaced (new certificates) while they go on.
//
// TLS 1.2 with ECDHE and AEAD ciphers, and TLS 1.3. No compression, no renegotiation.

import COpenSSL
import Primitives

/// A TLS configuration made ready, with its certificates loaded.
public struct TLSContext: ~Copyable {
  let home: TLSHome
  let serverName: String?
  let isServer: Bool

  /// A context for connections to Redis nodes: it verifies the chain and the host.
  public static func client(_ settings: TLSClientSettings) throws(TLSSettingsFault) -> TLSContext {
    let home = unsafe try TLSHome(TLS_client_method())
    let files = unsafe TLSFiles(context: home.context)
    if let authorities = settings.authorities {
      try files.trust(authorities)
    } else {
      unsafe SSL_CTX_set_default_verify_paths(home.context)
    }
    switch (settings.certificate, settings.key) {
    case (let certificate?, let key?): try files.identify(certificate: certificate, key: key)
    case (let file?, nil), (nil, let file?): throw .incomplete(file)
    case (nil, nil): break
    }
    unsafe SSL_CTX_set_verify(home.context, SSL_VERIFY_PEER, nil)
    // Sessions are kept by the owner of the connection, one an endpoint.
    unsafe openssl_set_session_cache(home.context, Int(SSL_SESS_CACHE_OFF))
    return TLSContext(home: home, serverName: settings.serverName, isServer: false)
  }

  /// A context for the gateway's own clients. It serves "http/1.1" only (ALPN), and resumes
  /// sessions by tickets, so that it remembers nothing.
  public static func server(_ settings: TLSServerSettings) throws(TLSSettingsFault) -> TLSContext {
    let home = unsafe try TLSHome(TLS_server_method())
    let files = unsafe TLSFiles(context: home.context)
    try files.identify(certificate: settings.certificate, key: settings.key)
    if let authorities = settings.clientAuthorities {
      try files.requireClients(of: authorities)
      unsafe openssl_set_longest_chain(home.context, TLSStream.largestHello)
      unsafe SSL_CTX_set_verify(
        home.context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
    try home.chooseGroups()
    home.releaseIdleBuffers()
    home.serveTickets(settings.ticketKeys)
    home.chooseProtocol()
    return TLSContext(home: home, serverName: nil, isServer: true)
  }

  /// A context for asking this machine's own gateway how it is. It verifies nothing, since the
  /// certificate is for another name and may have been renewed: send nothing secret over it.
  /// `certificate` and `key` are shown where the gateway asks for them.
  public static func probe(certificate: String?, key: String?) throws(TLSSettingsFault)
    -> TLSContext
  {
    let context = try client(TLSClientSettings(certificate: certificate, key: key))
    unsafe SSL_CTX_set_verify(context.home.context, SSL_VERIFY_NONE, nil)
    return context
  }

  /// Speaks one version only, 11 for TLS 1.1 up to 13 for TLS 1.3: for tests of old peers.
  func limit(to minor: Int) {
    let version = TLS1_2_VERSION + Int32(minor - 12)
    let isSet = unsafe openssl_set_protocols(home.context, version, version)
    precondition(isSet == 1, "OpenSSL knows TLS 1.1 to 1.3")
    // Below 1.2 OpenSSL itself would refuse, for want of ciphers and at its usual security level.
    if minor < 12 { unsafe SSL_CTX_set_cipher_list(home.context, "ALL:@SECLEVEL=0") }
  }

  /// Offers application protocols (RFC 7301: a length byte before each name), for tests of servers.
  func offer(_ protocols: [UInt8]) {
    unsafe SSL_CTX_set_alpn_protos(home.context, protocols, UInt32(protocols.count))
  }
}

/// What a context's connections share and keep alive. Of one thread, so not Sendable.
@safe
final class TLSHome {
  // How much the kernel is asked for at once: several records, of 16 KiB at most, in one read.
  static let readAhead = 64 * 1_024

  let context: OpaquePointer
  let method: OpaquePointer
  /// Where ciphertext is made. Each call of a connection begins by clearing it: what another one left
  /// there is another peer's.
  let scratch: UnsafeMutablePointer<ByteBuffer>

  init(_ kind: OpaquePointer?) throws(TLSSettingsFault) {
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(kind) else {
      throw .unavailable(ERR_GET_REASON(ERR_peek_error()))
    }
    unsafe self.context = unsafe context
    unsafe method = unsafe wireMethod()
    unsafe scratch = .allocate(capacity: 1)
    unsafe scratch.initialize(to: ByteBuffer())
    unsafe SSL_CTX_set_options(context, OPENSSL_CONTEXT_OPTIONS)
    unsafe openssl_set_read_ahead(context)
    unsafe SSL_CTX_set_default_read_buffer_len(context, Self.readAhead)
    unsafe watchSteps(context)
    let isReady =
      unsafe openssl_set_protocols(context, TLS1_2_VERSION, TLS1_3_VERSION) == 1
      && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
    if !isReady { throw .unavailable(ERR_GET_REASON(ERR_peek_error())) }
  }

  deinit {
    unsafe SSL_CTX_free(context)
    unsafe BIO_meth_free(method)
    unsafe scratch.deinitialize(count: 1)
    unsafe scratch.deallocate()
  }

  /// Keeps no buffers for a connection that is idle: servers have thousands of those. A client has a
  /// few connections, busy all the time, and would make 80 KiB anew for each request.
  func releaseIdleBuffers() {
    unsafe openssl_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
  }

  func serveTickets(_ keys: TicketKeys?) {
    unsafe openssl_set_session_cache(context, Int(SSL_SESS_CACHE_OFF))
    // One suffices for a client that reconnects; each costs a write in the handshake.
    unsafe SSL_CTX_set_num_tickets(context, 1)
    // A ticket of another service that happens to have the same keys is not ours.
    let name = "session-gateway"
    var bytes = Array(name.utf8)
    unsafe SSL_CTX_set_session_id_context(context, &bytes, UInt32(bytes.count))
    guard var bits = keys?.bits else { return }
    var span = bits.mutableSpan
    unsafe span.withUnsafeMutableBytes {
      _ = unsafe openssl_set_ticket_keys(context, $0.baseAddress!, $0.count)
    }
  }

  /// Key exchange over the curves of Mozilla's recommendation for servers.
  func chooseGroups() throws(TLSSettingsFault) {
    if unsafe openssl_set_groups(context, "X25519:P-256:P-384") != 1 {
      throw .unavailable(ERR_GET_REASON(ERR_peek_error()))
    }
  }

  /// Answers a client's list of protocols (RFC 7301: a length byte before each name).
  func chooseProtocol() {
    unsafe SSL_CTX_set_alpn_select_cb(
      context,
      { _, chosen, chosenCount, offered, offeredCount, _ in
        var at = 0
        let name: StaticString = "http/1.1"
        while at < Int(offeredCount) {
          let count = unsafe Int(offered![at])
          guard at + 1 + count <= Int(offeredCount) else { break }
          let isOurs =
            unsafe count == name.utf8CodeUnitCount
            && memcmp(offered! + at + 1, name.utf8Start, count) == 0
          if isOurs {
            unsafe chosen!.pointee = offered! + at + 1
            unsafe chosenCount!.pointee = UInt8(count)
            return SSL_TLSEXT_ERR_OK
          }
          at += 1 + count
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
      }, nil)
  }
}
