public import Primitives

/// One element of a reply: a value, or the start of an array.
public struct ReplyToken: Equatable, Sendable {
  /// The kinds of tokens: the types of RESP2, which is all that Redis sends to a client that never
  /// sends HELLO.
  public enum Kind: UInt8, Equatable, Sendable {
    /// A bulk string: `$5`, CR LF, five bytes, CR LF.
    case string = 1
    /// A simple string: `+OK`.
    case status
    /// An error: `-ERR …`. `RedisError` classifies it.
    case error
    /// An integer: `:42`.
    case integer
    /// The null bulk string `$-1` or the null array `*-1`.
    case null
    /// An array: `*2`; its elements are the tokens that follow.
    case array
  }

  /// The kind of the token.
  public let kind: Kind
  /// An integer's value, the number of an array's elements or of a text's bytes; 0 for null.
  public let integer: Int
  /// Where a string, status or error is in the reply's bytes; empty for the others.
  public let range: ByteRange

  /// Stands for a token that is not there.
  static var nothing: ReplyToken { ReplyToken(kind: .null, integer: 0, range: .empty) }

  /// Whether the token has bytes.
  public var isText: Bool {
    switch kind {
    case .string, .status, .error: true
    case .integer, .null, .array: false
    }
  }
}
