// What TLS connections of one kind share: trust, identity, ciphers, and the scratch buffer for
// ciphertext. One per worker and kind, so that nothing needs a lock. Connections keep the home of
// their context alive, so a context can be replaced (new certificates) while they go on.
//
// TLS 1.2 with ECDHE and AEAD ciphers, and TLS 1.3. No compression, no renegotiation.

import COpenSSL
import Primitives

/// A TLS configuration ready for use, with its certificates loaded.
public struct TLSContext: ~Copyable {
  let home: TLSHome
  let serverName: String?
  let isServer: Bool

  /// A context for connections to Redis nodes. It verifies the certificate chain and the host.
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
    // The owner of the connections keeps sessions, one per endpoint.
    unsafe openssl_set_session_cache(home.context, Int(SSL_SESS_CACHE_OFF))
    return TLSContext(home: home, serverName: settings.serverName, isServer: false)
  }

  /// A context for the gateway's own clients. It serves only "http/1.1" (ALPN), and resumes
  /// sessions by tickets, so that it keeps no session state.
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

  /// A context for health checks of this machine's own gateway. It verifies nothing, since the
  /// certificate is for another name and may have been replaced: send nothing secret over it.
  /// `certificate` and `key` are presented if the gateway asks for a client certificate.
  public static func probe(certificate: String?, key: String?) throws(TLSSettingsFault)
    -> TLSContext
  {
    let context = try client(TLSClientSettings(certificate: certificate, key: key))
    unsafe SSL_CTX_set_verify(context.home.context, SSL_VERIFY_NONE, nil)
    return context
  }

  /// Limits the context to one version, from 11 for TLS 1.1 to 13 for TLS 1.3: for tests of old
  /// peers.
  func limit(to minor: Int) {
    let version = TLS1_2_VERSION + Int32(minor - 12)
    let isSet = unsafe openssl_set_protocols(home.context, version, version)
    precondition(isSet == 1, "OpenSSL knows TLS 1.1 to 1.3")
    // Below TLS 1.2 OpenSSL itself would refuse, for lack of ciphers and because of its default
    // security level.
    if minor < 12 { unsafe SSL_CTX_set_cipher_list(home.context, "ALL:@SECLEVEL=0") }
  }

  /// Offers application protocols (RFC 7301: a length byte before each name), for tests of servers.
  func offer(_ protocols: [UInt8]) {
    unsafe SSL_CTX_set_alpn_protos(home.context, protocols, UInt32(protocols.count))
  }
}

/// What a context's connections share and keep alive. Confined to one thread, so not Sendable.
@safe
final class TLSHome {
  /// How many bytes to ask the kernel for at once: one read takes several records of up to 16 KiB.
  static let readAhead = 64 * 1_024

  let context: OpaquePointer
  let method: OpaquePointer
  /// Where ciphertext is produced. Each call of a connection first clears it: whatever another
  /// connection left there belongs to another peer.
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

  /// Keeps no buffers for idle connections: a server has thousands of those. Clients do not call
  /// this: their connections are few and always busy, and would allocate 80 KiB again for each
  /// request.
  func releaseIdleBuffers() {
    unsafe openssl_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
  }

  func serveTickets(_ keys: TicketKeys?) {
    unsafe openssl_set_session_cache(context, Int(SSL_SESS_CACHE_OFF))
    // One ticket suffices for a client that reconnects; each costs a write in the handshake.
    unsafe SSL_CTX_set_num_tickets(context, 1)
    // A ticket of another service that happens to have the same keys is not accepted.
    let name = "session-gateway"
    var bytes = Array(name.utf8)
    unsafe SSL_CTX_set_session_id_context(context, &bytes, UInt32(bytes.count))
    guard var bits = keys?.bits else { return }
    var span = bits.mutableSpan
    unsafe span.withUnsafeMutableBytes {
      _ = unsafe openssl_set_ticket_keys(context, $0.baseAddress!, $0.count)
    }
  }

  /// Limits key exchange to the curves that Mozilla recommends for servers.
  func chooseGroups() throws(TLSSettingsFault) {
    if unsafe openssl_set_groups(context, "X25519:P-256:P-384") != 1 {
      throw .unavailable(ERR_GET_REASON(ERR_peek_error()))
    }
  }

  /// Chooses from a client's list of protocols (RFC 7301: a length byte before each name). A list
  /// without "http/1.1" ends the handshake.
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
