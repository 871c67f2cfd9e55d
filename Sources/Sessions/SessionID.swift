// A session's name within its namespace. It comes in decoded from a path segment or a JSON body,
// and goes out as part of a key. It is a secret: its description says nothing, so that no log, metric or
// error can hold it.

public import Primitives

/// 1 to 256 bytes that name a session: unreserved characters and sub-delimiters of RFC 3986, `:`
/// and `@`.
///
/// `{`, `}` and `/` are not allowed, so an id can neither end the hash tag of its key nor be split
/// by a proxy.
public struct SessionID: Sendable, CustomStringConvertible {
  /// The most bytes an id can have.
  public static let maximum = 256

  /// Says nothing.
  public var description: String { "SessionID(redacted)" }

  private var storage: InlineArray<256, UInt8>
  /// How many bytes the id has; 0 only before it is read.
  public private(set) var count: Int

  /// An id yet to be read.
  public init() {
    storage = InlineArray(repeating: 0)
    count = 0
  }

  /// The id's bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe storage.span.bytes.extracting(first: count) }
  }

  /// Forgets the bytes, so that another id can be read into the same place.
  public mutating func clear() { count = 0 }

  /// Appends one decoded byte; false when it is not allowed or is one too many.
  public mutating func append(_ byte: UInt8) -> Bool {
    guard count < Self.maximum, ByteSet.segment.contains(byte) else { return false }
    storage[count] = byte
    count += 1
    return true
  }

  /// Replaces the id with `bytes`. If they are not a valid id, returns false, and there is no id.
  public mutating func assign(_ bytes: RawSpan) -> Bool {
    count = 0
    let length = bytes.byteCount
    guard length > 0, length <= Self.maximum,
      bytes.first(outside: .segment, from: 0, to: length) == length
    else { return false }
    store(bytes)
    return true
  }

  /// Becomes a copy of another id. Only the bytes that `other` has are copied.
  public mutating func copy(_ other: borrowing SessionID) {
    store(other.bytes)
  }

  /// Stores the bytes of a valid id.
  private mutating func store(_ bytes: RawSpan) {
    count = bytes.byteCount
    var span = storage.mutableSpan
    unsafe bytes.withUnsafeBytes { source in
      unsafe span.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
    }
  }

  /// A new id of 132 random bits, as 22 letters of the base64url alphabet.
  public static func random(_ entropy: inout Entropy) -> SessionID {
    var id = SessionID()
    var bits: UInt64 = 0
    for position in 0..<22 {
      if position % 10 == 0 { bits = entropy.bits() }
      id.storage[position] = letters[Int(bits & 63)]
      bits >>= 6
    }
    id.count = 22
    return id
  }

  private static let letters: InlineArray<64, UInt8> = {
    var letters = InlineArray<64, UInt8>(repeating: 0)
    let characters: StaticString =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    characters.withUTF8Buffer { buffer in
      for position in 0..<64 { letters[position] = unsafe buffer[position] }
    }
    return letters
  }()
}
