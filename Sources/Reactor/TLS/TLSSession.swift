// What a client keeps of a TLS connection to resume it (RFC 8446 §2.2, RFC 5077). A secret.

import COpenSSL

/// A session that a later connection to the same host may resume. It has one owner, and is freed
/// with it.
@safe
public struct TLSSession: ~Copyable {
  let session: OpaquePointer

  init(owning session: OpaquePointer) { unsafe self.session = unsafe session }

  deinit { unsafe SSL_SESSION_free(session) }
}
