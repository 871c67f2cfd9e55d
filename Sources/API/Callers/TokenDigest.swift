// What is kept of a token: its SHA-256. The digest is made elsewhere (the library that makes it is
// none of this room's); it comes in as 32 bytes or as 64 hexadecimal digits.

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
    first = Self.word(0, of: bytes)
    second = Self.word(1, of: bytes)
    third = Self.word(2, of: bytes)
    fourth = Self.word(3, of: bytes)
  }

  private static func word(_ place: Int, of bytes: InlineArray<32, UInt8>) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word = word << 8 | UInt64(bytes[place * 8 + offset]) }
    return word
  }

  /// Reads 64 hexadecimal digits in lower case, as `sha256sum` writes them; nil for anything else.
  init?(hexadecimal text: ArraySlice<UInt8>) {
    guard text.count == Self.digits else { return nil }
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for (place, byte) in text.enumerated() {
      guard let digit = Self.digit(byte) else { return nil }
      bytes[place / 2] = bytes[place / 2] << 4 | digit
    }
    self.init(bytes)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// The digest as the tokens file has it.
  public var hexadecimal: String {
    [first, second, third, fourth].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// All ones when both digests are the same, else 0; it takes the same time for any two.
  func mask(_ other: TokenDigest) -> UInt64 {
    // `^` and `|` have one precedence in Swift.
    let difference =
      (first ^ other.first) | (second ^ other.second) | (third ^ other.third)
      | (fourth ^ other.fourth)
    let differs = (difference | (0 &- difference)) >> 63
    return differs &- 1
  }
}
