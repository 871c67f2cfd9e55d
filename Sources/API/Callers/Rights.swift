// What a caller may do, and what each resource requires. This is the only table of rights.

import HTTP

/// What a token lets its caller do.
public struct Rights: OptionSet, Hashable, Sendable {
  /// One bit for each right.
  public let rawValue: UInt8

  /// Rights from their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// To read sessions and keep them alive.
  public static let read = Rights(rawValue: 1)
  /// To create, replace and remove sessions.
  public static let write = Rights(rawValue: 2)

  /// Reads `read`, `write`, or both separated by a comma; nil for anything else.
  public init?(_ text: some StringProtocol) {
    switch String(text) {
    case "read": self = .read
    case "write": self = .write
    case "read,write", "write,read": self = [.read, .write]
    default: return nil
    }
  }

  /// The rights as the tokens file spells them.
  public var text: String {
    switch (contains(.read), contains(.write)) {
    case (true, true): "read,write"
    case (true, false): "read"
    case (false, true): "write"
    case (false, false): ""
    }
  }
}

extension Route {
  /// The rights that a method of this resource needs.
  ///
  /// A touch needs `read`: a GET slides the idle timeout too, so requiring more for a touch would
  /// protect nothing. Acquiring a lock returns the payload and keeps others from writing, so it
  /// needs both.
  func rights(for method: Method) -> Rights {
    switch (self, method) {
    case (.touch, _), (.touches, _), (_, .get), (_, .head): .read
    case (.lock, .post): [.read, .write]
    default: .write
    }
  }
}
