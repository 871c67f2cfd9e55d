// An address as people write it: `HOST:PORT` or `[IPv6]:PORT`. Only its form is checked here; names
// are resolved in the Reactor module.
//
// An IPv6 address needs brackets, as in a URL (RFC 3986 §3.2.2), so that its last group is never
// taken for the port.

import Glibc

/// A host, by name or by number, and a TCP port.
public struct HostPort: Hashable, Sendable {
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public var host: String
  /// The port; 0 lets the system choose one, if the setting allows that.
  public var port: UInt16

  /// The address `host:port`.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT` or `[IPv6]:PORT`; nil when `text` is neither.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits), let host = Self.host(in: text[..<colon])
    else { return nil }
    self.init(host: host, port: port)
  }

  /// Whether only this machine can connect here: 127.0.0.0/8, `::1` or `localhost`.
  public var isLoopback: Bool {
    if let four = Self.octets(of: host, family: AF_INET, count: 4) { return four[0] == 127 }
    if let six = Self.octets(of: host, family: AF_INET6, count: 16) {
      return six.dropLast().allSatisfy { $0 == 0 } && six[15] == 1
    }
    return host.lowercased() == "localhost"
  }

  /// Whether the host means every address of the machine: `0.0.0.0` or `::`.
  private var isWildcard: Bool {
    let octets =
      Self.octets(of: host, family: AF_INET, count: 4)
      ?? Self.octets(of: host, family: AF_INET6, count: 16)
    return octets?.allSatisfy { $0 == 0 } ?? false
  }

  /// Whether listeners on both would share connections: their ports are equal (and not 0), and
  /// their hosts are equal or one of them means every address.
  func overlaps(_ other: HostPort) -> Bool {
    port != 0 && port == other.port && (host == other.host || isWildcard || other.isWildcard)
  }

  /// The host without brackets; nil when it is not well-formed.
  private static func host(in text: Substring) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]") {
      let inner = String(text.dropFirst().dropLast())
      return octets(of: inner, family: AF_INET6, count: 16) == nil ? nil : inner
    }
    let isName = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return isName && !text.isEmpty && text.utf8.count <= 253 ? String(text) : nil
  }

  /// The bytes of a numeric address in network order; nil when `host` is not one of that family.
  private static func octets(of host: String, family: Int32, count: Int) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: count)
    return unsafe inet_pton(family, host, &octets) == 1 ? octets : nil
  }
}

extension HostPort: CustomStringConvertible {
  /// The address as written in a setting.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
