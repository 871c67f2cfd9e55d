// Kinds of settings that take addresses: one, or a list. The remedies cover what people write
// instead of an address: a URL, a port alone, an IPv6 address without brackets.

extension ValueKind<HostPort> {
  /// An address to listen on or to connect to.
  static func address(ports: ClosedRange<UInt16>) -> ValueKind {
    ValueKind(
      placeholder: "HOST:PORT",
      read: { text throws(ValueFault) in
        guard let address = HostPort(text) else { throw ValueFault(Self.remedy(for: text)) }
        guard ports.contains(address.port) else {
          throw ValueFault("out of range; write a port of \(ports.lowerBound) to 65535")
        }
        return address
      }, show: { $0.description })
  }

  private static func remedy(for text: String) -> String {
    if text.contains("://") || text.contains("@") {
      return "an address has neither scheme nor user; write HOST:PORT"
    }
    if text.hasPrefix(":"), UInt16(text.dropFirst()) != nil {
      return "not an address; for every interface write 0.0.0.0\(text) or [::]\(text)"
    }
    return "not an address; write HOST:PORT or [IPv6]:PORT, such as 127.0.0.1:8080 or [::1]:8080"
  }
}

extension ValueKind<[HostPort]> {
  /// One or more addresses, separated by commas; repeated ones are dropped.
  static func addresses(ports: ClosedRange<UInt16>) -> ValueKind {
    let one = ValueKind<HostPort>.address(ports: ports)
    return ValueKind(
      placeholder: "HOST:PORT[,...]", isList: true,
      read: { text throws(ValueFault) in
        var addresses: [HostPort] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          let address = try one.read(part.trimmed)
          if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
      },
      show: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ",") })
  }
}
