// What a request's Authorization holds (RFC 9110 §11.6.2, RFC 6750 §2.1).

import HTTP
import Primitives

/// The credentials of a request.
enum Credentials: Equatable {
  /// No Authorization, or one of a scheme that is not supported.
  case none
  /// More than one Authorization, or one whose token is malformed.
  case malformed
  /// A well-formed bearer token; whether it is a caller's is not yet known.
  case bearer(ByteRange)

  /// The longest token accepted, in bytes.
  static let longestToken = 512

  /// Reads the credentials of a head.
  init(_ head: borrowing RequestHead, _ bytes: RawSpan) {
    switch head.fields.only(.authorization) {
    case .absent: self = .none
    case .repeated: self = .malformed
    case .one(let value): self = Self.read(value, in: bytes)
    }
  }

  /// `Bearer 1*SP token68`; the scheme's case does not matter.
  private static func read(_ value: ByteRange, in bytes: RawSpan) -> Credentials {
    let end = Int(value.upper)
    var place = bytes.first(UInt8(ascii: " "), from: Int(value.lower), to: end)
    let scheme = ByteRange(Int(value.lower), place)
    guard bytes.matches(ignoringCase: "bearer", in: scheme) else { return .none }
    while place < end, bytes.byte(at: place) == UInt8(ascii: " ") { place += 1 }
    let token = ByteRange(place, end)
    return isToken(token, in: bytes) ? .bearer(token) : .malformed
  }

  /// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
  private static func isToken(_ range: ByteRange, in bytes: RawSpan) -> Bool {
    guard range.count > 0, range.count <= longestToken else { return false }
    var end = Int(range.upper)
    while end > Int(range.lower), bytes.byte(at: end - 1) == UInt8(ascii: "=") { end -= 1 }
    guard end > Int(range.lower) else { return false }
    return bytes.first(outside: .token68, from: Int(range.lower), to: end) == end
  }
}
