// What is kept of a token: its SHA-256. The digest is computed elsewhere, since this room does not
// import the library for it; it comes in as 32 bytes or as 64 hexadecimal digits.

import Primitives

/// The SHA-256 of a caller's token.
public struct TokenDigest: Equatable, Sendable {
  /// How many hexadecimal digits spell a digest.
  public static let digits = 64

  private var first: UInt64
  private var second: UInt64
  private var third: UInt64
  private var fourth: UInt64

  /// A digest from its 32 bytes.
  public init(_ bytes: InlineArray<32, UInt8>) {
    let bytes = unsafe bytes.span.bytes
    first = bytes.networkOrder(at: 0, as: UInt64.self)!
    second = bytes.networkOrder(at: 8, as: UInt64.self)!
    third = bytes.networkOrder(at: 16, as: UInt64.self)!
    fourth = bytes.networkOrder(at: 24, as: UInt64.self)!
  }

  /// Reads 64 hexadecimal digits in lower case, as `sha256sum` writes them; nil for anything else.
  init?(hexadecimal text: ArraySlice<UInt8>) {
    let bytes = unsafe text.span.bytes
    guard bytes.byteCount == Self.digits, let first = bytes.hexadecimal(at: 0),
      let second = bytes.hexadecimal(at: 16), let third = bytes.hexadecimal(at: 32),
      let fourth = bytes.hexadecimal(at: 48)
    else { return nil }
    (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
  }

  /// The digest as the tokens file spells it.
  public var hexadecimal: String {
    [first, second, third, fourth].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// All ones when both digests are equal, else 0; takes the same time for any two.
  func mask(_ other: TokenDigest) -> UInt64 {
    // The parentheses matter: `^` and `|` have the same precedence in Swift.
    let difference =
      (first ^ other.first) | (second ^ other.second) | (third ^ other.third)
      | (fourth ^ other.fourth)
    let differs = (difference | (0 &- difference)) >> 63
    return differs &- 1
  }
}
