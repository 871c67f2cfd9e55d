/// What a namespace requires of a `PUT`.
public enum WriteRule: String, CaseIterable, Sendable {
  /// Nothing.
  case free
  /// A condition or a lock.
  case conditional
  /// A lock.
  case locked
}

/// An application's own space of session ids, and its policy.
public struct Namespace: Sendable, Equatable {
  /// 1 to 64 bytes of `a-z 0-9 - _ .`. It is part of keys, so it can hold neither `:` nor a brace.
  public let name: String
  /// How long a session without a timeout of its own lives after its last use, in seconds.
  public var idleTimeout: Int
  /// How long a session lives at most after its creation, in seconds; nil for no limit.
  public var absoluteTimeout: Int?
  /// What a `PUT` must be protected by.
  public var writes = WriteRule.free
  /// The largest payload in bytes, if smaller than the gateway's own bound; nil for that bound.
  public var largestBody: Int?
  /// The lease in seconds of a lock whose caller names none.
  public var lease = Lease.standard
  /// The longest lease in seconds that a caller may name.
  public var longestLease = Lease.bounds.upperBound

  /// A namespace; nil when the name is malformed or the timeout is out of bounds.
  public init?(name: String, idleTimeout: Int = 1_200) {
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.allows),
      IdleTimeout.bounds.contains(idleTimeout)
    else { return nil }
    self.name = name
    self.idleTimeout = idleTimeout
  }

  /// The same policy under another name; nil when the name is malformed.
  public func named(_ name: String) -> Namespace? {
    guard var other = Namespace(name: name, idleTimeout: idleTimeout) else { return nil }
    other.absoluteTimeout = absoluteTimeout
    other.writes = writes
    other.largestBody = largestBody
    other.lease = lease
    other.longestLease = longestLease
    return other
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
