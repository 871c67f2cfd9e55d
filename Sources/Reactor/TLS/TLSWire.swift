// The BIO through which OpenSSL reads and writes ciphertext. It reads from the socket directly, and
// writes to memory that is sent with one call afterwards. OpenSSL alone would make a system call
// per record of 16 KiB; this way a large response takes one.
//
// Rejected: OpenSSL's memory BIO (emptying it wipes its whole storage each time); a socket BIO for
// reading (it does not report that a read emptied the kernel's queue, so each read costs a second
// one).

import COpenSSL
import Glibc
import Primitives

/// The state behind a connection's BIO.
@safe
struct TLSWire {
  let fd: Int32
  /// Where ciphertext is appended: the context's scratch buffer.
  let out: UnsafeMutablePointer<ByteBuffer>
  /// Where the received bytes end: between two records, or within one.
  var framing = TLSFraming()
  /// How often the socket may still be read in the current call.
  var allowance = 0
  /// How many bytes the current call has received.
  var received = 0
  /// The kernel's queue was empty after the last read.
  var isDrained = false
  /// The peer sends no more.
  var isEnded = false
  /// The error number of a failed read; 0 if none failed.
  var error: Int32 = 0
  /// The handshake is over.
  var isEstablished = false
  /// How many steps OpenSSL's state machine has made since then, or since the last read that
  /// yielded plain bytes.
  var steps = 0
  /// The most steps without plain bytes. A TLS protocol message takes three or four, so this is
  /// about 30 messages. A peer that sends more without any data is hostile: some kinds of message
  /// cost a key derivation each.
  static let mostSteps = 96

  init(fd: Int32, out: UnsafeMutablePointer<ByteBuffer>) {
    self.fd = fd
    unsafe self.out = unsafe out
  }
}

/// OpenSSL's number for this kind of BIO. One for the whole process: there are 127 of them, and each
/// worker makes a context at each reload.
private let wireType = openssl_bio_type()

/// The BIO's methods: write, read and control.
func wireMethod() -> OpaquePointer {
  guard let method = unsafe BIO_meth_new(wireType, "wire") else {
    preconditionFailure("the machine is out of memory")
  }
  unsafe BIO_meth_set_write_ex(method) { bio, bytes, count, written in
    let wire = unsafe BIO_get_data(bio).assumingMemoryBound(to: TLSWire.self)
    unsafe wire.pointee.out.pointee.append(UnsafeRawPointer(bytes!), count)
    unsafe written!.pointee = count
    return 1
  }
  unsafe BIO_meth_set_read_ex(method) { bio, bytes, count, filled in
    let wire = unsafe BIO_get_data(bio).assumingMemoryBound(to: TLSWire.self)
    unsafe filled!.pointee = 0
    unsafe openssl_bio_clear_retry(bio)
    if unsafe !wire.pointee.isDrained && wire.pointee.allowance > 0 {
      unsafe wire.pointee.allowance -= 1
      let got = unsafe receive(wire, UnsafeMutableRawPointer(bytes!), count)
      if got > 0 {
        unsafe filled!.pointee = got
        return 1
      }
    }
    let isOver = unsafe wire.pointee.isEnded || wire.pointee.error != 0
    if unsafe wire.pointee.isDrained || !isOver { unsafe openssl_bio_retry_read(bio) }
    return 0
  }
  unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in command == OPENSSL_BIO_FLUSH ? 1 : 0 }
  return unsafe method
}

/// Counts the steps that a peer's TLS protocol messages cause once the handshake is over. OpenSSL
/// itself keeps reading for as long as such messages arrive; marking the connection as shut down
/// makes it stop.
func watchSteps(_ context: OpaquePointer) {
  unsafe SSL_CTX_set_info_callback(context) { ssl, event, _ in
    guard event & (SSL_CB_LOOP | SSL_CB_ALERT) != 0, let bio = unsafe SSL_get_rbio(ssl) else {
      return
    }
    let wire = unsafe BIO_get_data(bio).assumingMemoryBound(to: TLSWire.self)
    guard unsafe wire.pointee.isEstablished else { return }
    unsafe wire.pointee.steps += 1
    if unsafe wire.pointee.steps > TLSWire.mostSteps {
      unsafe SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN)
    }
  }
}

/// Receives from the socket and returns how many bytes arrived; if none, the wire records why. A
/// short read means that nothing is left.
private func receive(
  _ wire: UnsafeMutablePointer<TLSWire>, _ memory: UnsafeMutableRawPointer, _ count: Int
) -> Int {
  while true {
    let got = unsafe recv(wire.pointee.fd, memory, count, 0)
    if got < 0, errno == EINTR { continue }
    if got == 0 { unsafe wire.pointee.isEnded = true }
    if got > 0 {
      unsafe wire.pointee.received += got
      unsafe wire.pointee.framing.take(UnsafeRawBufferPointer(start: memory, count: got))
      unsafe wire.pointee.isDrained = got < count
    }
    if got < 0 {
      if errno == EAGAIN || errno == EWOULDBLOCK {
        unsafe wire.pointee.isDrained = true
      } else {
        mustNotBeOurs(errno)
        unsafe wire.pointee.error = errno
      }
    }
    return got
  }
}
