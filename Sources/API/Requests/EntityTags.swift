// The values of If-Match and If-None-Match (RFC 9110 §8.8.3, §13.1). The gateway's own tags are 16
// hexadecimal digits in quotation marks; other well-formed tags are accepted and match nothing.
// Tags are compared weakly here, as If-None-Match requires; those of If-Match are compared,
// strongly, by the stores (`VersionList`).

import Primitives
public import Sessions

/// What the field of a condition lists: any version (`*`), or up to 16 tags.
public struct EntityTags: Equatable, Sendable {
  /// The most tags that a field may list.
  public static let maximum = 16

  /// Whether the value is `*`.
  public private(set) var matchesAny = false
  /// How many of the listed tags could be versions that a gateway gave out.
  public private(set) var count = 0
  private var versions = InlineArray<16, UInt64>(repeating: 0)

  /// A list of no tags, which matches nothing.
  public init() {}

  /// Whether the list has this version.
  public func match(_ version: SessionVersion) -> Bool {
    if matchesAny { return true }
    for place in 0..<count where versions[place] == version.bits { return true }
    return false
  }

  /// Whether both lists are the same.
  public static func == (left: EntityTags, right: EntityTags) -> Bool {
    guard left.matchesAny == right.matchesAny, left.count == right.count else { return false }
    for place in 0..<left.count where left.versions[place] != right.versions[place] {
      return false
    }
    return true
  }

  /// Reads one field value; nil when it is malformed, or lists no tags or too many. Empty elements
  /// are skipped (RFC 9110 §5.6.1.2).
  init?(_ value: ByteRange, in bytes: RawSpan) {
    if bytes.matches("*", in: value) {
      matchesAny = true
      return
    }
    var place = Int(value.lower)
    let end = Int(value.upper)
    var listed = 0
    while true {
      Self.skipBlanks(&place, end, in: bytes)
      if place < end, bytes.byte(at: place) != UInt8(ascii: ",") {
        guard let tag = Self.tag(&place, end, in: bytes) else { return nil }
        listed += 1
        guard listed <= Self.maximum else { return nil }
        if let version = Self.version(tag, in: bytes) {
          versions[count] = version
          count += 1
        }
        Self.skipBlanks(&place, end, in: bytes)
      }
      if place == end { break }
      guard bytes.byte(at: place) == UInt8(ascii: ",") else { return nil }
      place += 1
    }
    if listed == 0 { return nil }
  }

  private static func skipBlanks(_ place: inout Int, _ end: Int, in bytes: RawSpan) {
    while place < end, bytes.byte(at: place) == 32 || bytes.byte(at: place) == 9 { place += 1 }
  }

  /// What is between the quotation marks of `[W/]"opaque"`.
  private static func tag(_ place: inout Int, _ end: Int, in bytes: RawSpan) -> ByteRange? {
    if bytes.begins(with: "W/", in: ByteRange(place, end)) { place += 2 }
    guard place < end, bytes.byte(at: place) == UInt8(ascii: "\"") else { return nil }
    place += 1
    let start = place
    while place < end, bytes.byte(at: place) != UInt8(ascii: "\"") {
      guard bytes.byte(at: place) > 32, bytes.byte(at: place) != 127 else { return nil }
      place += 1
    }
    guard place < end else { return nil }
    place += 1
    return ByteRange(start, place - 1)
  }

  /// The version that a tag spells with 16 lower-case hexadecimal digits; nil for any other tag.
  private static func version(_ opaque: ByteRange, in bytes: RawSpan) -> UInt64? {
    opaque.count == 16 ? bytes.hexadecimal(at: Int(opaque.lower)) : nil
  }
}
