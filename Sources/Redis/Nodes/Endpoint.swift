// Where a node listens. Parsed from settings, from the cluster's own list and from redirects; off
// the data path, so it contains a string. Anything that is neither a host name nor an address is
// refused, so that nothing strange reaches a resolver, a certificate check or a log.

import Primitives

/// A host and a port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// The longest host, in bytes: a DNS name has at most 253, an IPv6 address with its zone fewer.
  static let longestHost = 255

  /// A name or an address; an IPv6 address without brackets.
  public let host: String
  /// The port, 1 to 65,535.
  public let port: UInt16

  /// An endpoint from its parts. The host must be one that `init(parsing:)` allows.
  public init(host: String, port: UInt16) {
    precondition(!host.isEmpty && port > 0, "an endpoint has a host and a port")
    self.host = host
    self.port = port
  }

  /// An endpoint from a host's bytes as Redis sends them; nil if it is invalid.
  public init?(host: RawSpan, port: Int) {
    guard Self.allows(host: host), port > 0, port <= 65_535 else { return nil }
    self.host = host.text
    self.port = UInt16(port)
  }

  /// Parses `HOST:PORT` or `[ADDRESS]:PORT`; nil if the text is neither.
  public init?(parsing text: String) {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    let digits = text[text.index(after: colon)...].utf8
    guard digits.allSatisfy({ $0 >= 48 && $0 <= 57 }), let port = UInt16(Substring(digits))
    else { return nil }
    let bytes = Array(host.utf8)
    unsafe self.init(host: bytes.span.bytes, port: Int(port))
  }

  /// `HOST:PORT`, an IPv6 address in brackets.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// Whether the bytes may be a host: letters, digits and `-._:%` (a zone follows the `%`).
  static func allows(host: RawSpan) -> Bool {
    guard host.byteCount > 0, host.byteCount <= longestHost else { return false }
    for at in 0..<host.byteCount where !allows(host.byte(at: at)) { return false }
    return true
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-")...UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}
