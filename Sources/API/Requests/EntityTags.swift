// The values of If-Match and If-None-Match (RFC 9110 §8.8.3, §13.1). The gateway's own tags are 16
// hexadecimal digits in quotation marks; other well-formed tags are accepted and match nothing.
// Tags are compared weakly here, as If-None-Match requires; those of If-Match are compared,
// strongly, by the stores (`EntityTagList`).

import Primitives
public import Sessions

/// What the field of a condition lists: any version (`*`), or up to 16 tags.
public struct EntityTags: Equatable, Sendable {
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

  /// Reads one field value; nil when it is malformed, or lists no tags or too many.
  init?(_ value: ByteRange, in bytes: RawSpan) {
    if bytes.matches("*", in: value) {
      matchesAny = true
      return
    }
    var list = EntityTagList(value)
    var listed = 0
    var element = list.next(in: bytes)
    while case .tag(let version, _) = element {
      listed += 1
      guard listed <= EntityTagList.maximum else { return nil }
      if let version {
        versions[count] = version.bits
        count += 1
      }
      element = list.next(in: bytes)
    }
    guard element == .end, listed > 0 else { return nil }
  }
}
