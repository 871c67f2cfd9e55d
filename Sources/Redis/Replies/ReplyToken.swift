public import Primitives

/// One element of a reply: a value, or the start of an array.
public struct ReplyToken: Equatable, Sendable {
  /// What a token can be: the types of RESP2, which is all that Redis sends to who says no HELLO.
  public enum Kind: UInt8, Equatable, Sendable {
    /// A bulk string: `$5`, CR LF, five bytes, CR LF.
    case string = 1
    /// A simple string: `+OK`.
    case status
    /// An error: `-ERR …`. `RedisError` tells which.
    case error
    /// An integer: `:42`.
    case integer
    /// The null bulk string `$-1` or the null array `*-1`.
    case null
    /// An array: `*2`, its elements being the tokens that follow.
    case array
  }

  /// What the token is.
  public let kind: Kind
  /// An integer's value, an array's count of elements, how many bytes a text has; 0 for null.
  public let integer: Int
  /// Where a string, status or error is in the reply's bytes; empty for the others.
  public let range: ByteRange

  /// What stands for a token that is not there.
  static var nothing: ReplyToken { ReplyToken(kind: .null, integer: 0, range: .empty) }

  /// Whether the token has bytes.
  public var isText: Bool {
    switch kind {
    case .string, .status, .error: true
    case .integer, .null, .array: false
    }
  }
}
