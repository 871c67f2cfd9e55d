// Where a socket is bound or connects to: an IP address and a port, as a plain value of integers.
// A host name is not an address: see Resolver.

import CLinux
import Glibc

/// An IPv4 or IPv6 address with a port.
public struct Address: Hashable, Sendable, CustomStringConvertible {
  /// Whether this is an IPv6 address.
  public let isV6: Bool
  /// The port, 0 to 65,535.
  public let port: UInt16
  /// The address in network order; IPv4 fills the first four bytes.
  private let bytes: InlineArray<16, UInt8>
  private let scope: UInt32

  /// The address written as `literal`: "127.0.0.1", "::1" or "[::1]". Nil for anything else,
  /// including names.
  public init?(literal: String, port: UInt16) {
    var text = literal
    if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    let isV4 = unsafe span.withUnsafeMutableBytes {
      unsafe inet_pton(AF_INET, text, $0.baseAddress!) == 1
    }
    if !isV4 {
      let isV6 = unsafe span.withUnsafeMutableBytes {
        unsafe inet_pton(AF_INET6, text, $0.baseAddress!) == 1
      }
      if !isV6 { return nil }
    }
    isV6 = !isV4
    self.port = port
    self.bytes = bytes
    scope = 0
  }

  /// The address as the kernel and the resolver return it. Nil when it is not an IP address.
  @safe
  init?(_ address: UnsafePointer<sockaddr>) {
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET:
      let given = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
      isV6 = false
      port = UInt16(bigEndian: given.sin_port)
      scope = 0
      bytes = Self.raw(given.sin_addr)
    case AF_INET6:
      let given = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
      isV6 = true
      port = UInt16(bigEndian: given.sin6_port)
      scope = given.sin6_scope_id
      bytes = Self.raw(given.sin6_addr)
    default: return nil
    }
  }

  private init(_ other: Address, port: UInt16) {
    isV6 = other.isV6
    self.port = port
    bytes = other.bytes
    scope = other.scope
  }

  /// The same address with another port.
  public func with(port: UInt16) -> Address { Address(self, port: port) }

  /// The address without the port: "127.0.0.1", "::1".
  public var host: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    return unsafe text.withUnsafeMutableBufferPointer { text in
      unsafe bytes.span.withUnsafeBytes { bytes in
        let family = isV6 ? AF_INET6 : AF_INET
        unsafe inet_ntop(family, bytes.baseAddress!, text.baseAddress!, socklen_t(text.count))
      }
      return unsafe String(cString: text.baseAddress!)
    }
  }

  /// "127.0.0.1:7000" or "[::1]:7000".
  public var description: String { isV6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  var family: Int32 { isV6 ? AF_INET6 : AF_INET }

  /// Calls `body` with the address in the kernel's form.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if isV6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_scope_id = scope
      copy(into: &address.sin6_addr)
      return unsafe Self.pass(&address, body)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    copy(into: &address.sin_addr)
    return unsafe Self.pass(&address, body)
  }

  private static func pass<Raw, Result>(
    _ raw: UnsafePointer<Raw>, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    unsafe body(
      UnsafeRawPointer(raw).assumingMemoryBound(to: sockaddr.self),
      socklen_t(MemoryLayout<Raw>.size))
  }

  private static func raw<Raw>(_ value: Raw) -> InlineArray<16, UInt8> {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    unsafe withUnsafeBytes(of: value) { value in
      for index in 0..<min(16, value.count) { unsafe bytes[index] = value[index] }
    }
    return bytes
  }

  private func copy<Raw>(into value: inout Raw) {
    unsafe withUnsafeMutableBytes(of: &value) { value in
      for index in 0..<min(16, value.count) { unsafe value[index] = bytes[index] }
    }
  }

  /// Whether address, port and scope are equal.
  public static func == (left: Address, right: Address) -> Bool {
    guard left.isV6 == right.isV6, left.port == right.port, left.scope == right.scope else {
      return false
    }
    for index in 0..<16 where left.bytes[index] != right.bytes[index] { return false }
    return true
  }

  /// Feeds address and port to the hash.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(port)
    for index in 0..<16 { hasher.combine(bytes[index]) }
  }
}
