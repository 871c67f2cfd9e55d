// Follows the TLS records that a peer sends (RFC 8446 §5.1), for two things that OpenSSL does not
// report: whether a record is incomplete, for which OpenSSL keeps its whole buffer, and how long a
// ClientHello claims to be, for which OpenSSL allocates as soon as it is announced. Bytes that are
// not TLS end the connection elsewhere.

import COpenSSL

/// Follows a stream of records.
struct TLSFraming {
  private static let changeCipherSpec: UInt8 = 20
  private static let handshake: UInt8 = 22
  private static let clientHello: UInt32 = 1

  /// How many bytes of the current record's header have arrived: type, version (2), length (2).
  private var header = 0
  private var kind: UInt8 = 0
  private var length = 0
  /// How many bytes of the current record are missing, once its header is complete.
  private var left = 0
  /// The header of the current handshake message, as far as it has arrived: type, length (3).
  private var message: UInt32 = 0
  private var messageHeader = 0
  private var messageLeft = 0
  /// Whether a ChangeCipherSpec has arrived. Only in TLS 1.3 may plain text follow it: a second
  /// hello.
  private var isChanged = false
  private var longestHello = (first: 0, later: 0)

  /// Whether the stream is between two records.
  var isWhole: Bool { header == 0 && left == 0 }

  /// Whether a ClientHello has begun that announces more than `limit` bytes. `version` is the
  /// connection's TLS version, by OpenSSL's number.
  func announces(moreThan limit: Int, _ version: Int32) -> Bool {
    longestHello.first > limit || version == TLS1_3_VERSION && longestHello.later > limit
  }

  /// Follows the next bytes of the stream.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    while at < bytes.count {
      if left == 0 {
        takeHeader(unsafe bytes[at])
        at += 1
      } else if kind == Self.handshake, messageLeft == 0 {
        takeMessageHeader(unsafe bytes[at])
        left -= 1
        at += 1
      } else {
        var step = min(left, bytes.count - at)
        if kind == Self.handshake {
          step = min(step, messageLeft)
          messageLeft -= step
        }
        left -= step
        at += step
      }
    }
  }

  private mutating func takeHeader(_ byte: UInt8) {
    header += 1
    if header == 1 { kind = byte }
    if header == 4 { length = Int(byte) << 8 }
    guard header == 5 else { return }
    left = length | Int(byte)
    header = 0
    if kind == Self.changeCipherSpec { isChanged = true }
  }

  private mutating func takeMessageHeader(_ byte: UInt8) {
    message = message << 8 | UInt32(byte)
    messageHeader += 1
    guard messageHeader == 4 else { return }
    messageHeader = 0
    messageLeft = Int(message & 0xff_ffff)
    guard message >> 24 == Self.clientHello else { return }
    if isChanged {
      longestHello.later = max(longestHello.later, messageLeft)
    } else {
      longestHello.first = max(longestHello.first, messageLeft)
    }
  }
}
