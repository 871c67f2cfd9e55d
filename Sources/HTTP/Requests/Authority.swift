// Host and optional port (RFC 9110 §7.2; RFC 3986 §3.2.2), in Host and in a target.
//
// Narrower than RFC 3986's reg-name: percent-encodings and sub-delimiters are refused. No name in
// DNS has them, and readers differ on whether to decode before comparing, and on whether to split
// at a comma. An empty host is refused: RFC 9110 §4.2.1 has no http URI without one, and Host may
// be empty only if the target URI has no authority. User information is refused, because `@` is.

import Primitives

/// The rules for a host with an optional port.
enum Authority {
  /// Checks that `range` is a host with an optional port; returns whether there is a port of at
  /// least 1 digit.
  static func hasPort(_ bytes: RawSpan, _ range: ByteRange) throws(Refusal) -> Bool {
    let start = Int(range.lower)
    let end = Int(range.upper)
    if start == end { throw .malformedHost }
    let hostEnd: Int
    if bytes[start] == UInt8(ascii: "[") {
      let bracket = bytes.first(UInt8(ascii: "]"), from: start, to: end)
      guard bracket < end, isIPv6(bytes, from: start + 1, to: bracket) else {
        throw .malformedHost
      }
      hostEnd = bracket + 1
    } else {
      hostEnd = bytes.first(outside: .unreserved, from: start, to: end)
    }
    if hostEnd == start { throw .malformedHost }
    if hostEnd == end { return false }
    guard bytes[hostEnd] == UInt8(ascii: ":"), isPort(bytes, from: hostEnd + 1, to: end) else {
      throw .malformedHost
    }
    return hostEnd + 1 < end
  }

  /// Whether the bytes are `*DIGIT`, at most 5 of them and up to 65535. A port may be empty
  /// (RFC 3986 §3.2.3).
  @inline(__always)
  private static func isPort(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
    guard end - start <= 5 else { return false }
    var port = 0
    for at in start..<end {
      let digit = bytes[at] &- 48
      guard digit < 10 else { return false }
      port = port &* 10 &+ Int(digit)
    }
    return port <= 65535
  }

  /// Whether the bytes are an IPv6 address: eight groups of 1 to 4 hexadecimal digits. `::` may
  /// stand, once, for one or more groups, and the last two groups may be an IPv4 address.
  static func isIPv6(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
    let colon = UInt8(ascii: ":")
    var groups = 0
    var shortened = false
    var at = start
    while at < end {
      if bytes[at] == colon {
        // Only `::` may begin the address or follow a group's own colon.
        let begins = at == start
        guard begins || bytes[at - 1] == colon, !shortened else { return false }
        if begins {
          guard at + 1 < end, bytes[at + 1] == colon else { return false }
          at += 1
        }
        shortened = true
        at += 1
        continue
      }
      var digits = 0
      while at + digits < end, Octet.hexadecimal(bytes[at + digits]) != nil { digits += 1 }
      if at + digits < end, bytes[at + digits] == UInt8(ascii: ".") {
        guard isIPv4(bytes, from: at, to: end) else { return false }
        groups += 2
        break
      }
      guard digits >= 1, digits <= 4 else { return false }
      groups += 1
      at += digits
      if at == end { break }
      guard bytes[at] == colon, at + 1 < end else { return false }
      at += 1
    }
    return shortened ? groups <= 7 : groups == 8
  }

  /// Whether the bytes are an IPv4 address: four numbers up to 255 without leading zeros.
  private static func isIPv4(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
    var at = start
    for part in 0..<4 {
      var value = 0
      let first = at
      while at < end, at - first < 3, Octet.isDigit(bytes[at]) {
        value = value * 10 + Int(bytes[at] - 48)
        at += 1
      }
      let leadingZero = at - first > 1 && bytes[first] == 48
      guard at > first, value <= 255, !leadingZero else { return false }
      if part == 3 { return at == end }
      guard at < end, bytes[at] == UInt8(ascii: ".") else { return false }
      at += 1
    }
    return false
  }

  /// Whether two authorities are equal, ignoring case.
  static func agree(_ bytes: RawSpan, _ left: ByteRange, _ right: ByteRange) -> Bool {
    guard left.count == right.count else { return false }
    for place in 0..<left.count {
      let one = bytes[Int(left.lower) + place]
      let other = bytes[Int(right.lower) + place]
      // The only bytes in checked authorities that this folds are letters.
      guard one | 0x20 == other | 0x20 else { return false }
    }
    return true
  }
}
