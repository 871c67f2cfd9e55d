/// A version of Redis, as INFO reports it: `7.0.15`.
public struct RedisVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  let major: Int
  let minor: Int
  let patch: Int

  /// A version from its numbers.
  public init(_ major: Int, _ minor: Int, _ patch: Int) {
    (self.major, self.minor, self.patch) = (major, minor, patch)
  }

  /// Reads three numbers; anything after a dash is ignored (`8.2.0-rc1`). Nil when there are fewer.
  public init?(_ text: String) {
    let release = text.split(separator: "-", omittingEmptySubsequences: false)[0]
    let numbers = release.split(separator: ".").map { Int($0) ?? -1 }
    guard numbers.count >= 3, numbers.prefix(3).allSatisfy({ (0...9_999).contains($0) }) else {
      return nil
    }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  /// The numbers, joined by dots.
  public var description: String { "\(major).\(minor).\(patch)" }

  /// Whether `left` is the older one.
  public static func < (left: RedisVersion, right: RedisVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// The oldest version with every command that the gateway sends (GETEX).
  static let oldest = RedisVersion(6, 2, 0)

  /// Whether the gateway supports it: 7.0 from 7.0.11 on, 7.2 and 8.2.
  var isSupported: Bool {
    switch (major, minor) {
    case (7, 0): patch >= 11
    case (7, 2), (8, 2): true
    default: false
    }
  }
}
