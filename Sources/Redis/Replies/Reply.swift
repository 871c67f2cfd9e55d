// A reply in memory that is reused for the next one. A `ReplyReader` fills it token by token;
// whatever sent the command reads it. One for each connection, since a reply may arrive in pieces.
//
// Flat: the tokens in the order they arrived, and one buffer with the bytes of all texts. A payload
// is copied once, from the reader's buffer into this one behind a headroom, and the caller may take
// that buffer away (`exchangeBytes`). Bounded by `ReplyLimits`. Rejected: a tree of objects (an
// allocation for each), views into the reader's buffer (it moves with the next read).

public import Primitives

/// One reply of a Redis node, reusable.
@safe
public struct Reply: ~Copyable {
  /// The bytes of the reply's strings, statuses and errors, in order, with nothing in between.
  public private(set) var bytes: ByteBuffer
  /// The number of bytes left free in front of the next reply's bytes.
  public var headroom: Int
  /// What a reply may cost.
  public let limits: ReplyLimits
  /// The number of tokens that have arrived.
  public private(set) var count: Int
  /// Whether the reply has begun and is not complete.
  private(set) var isOpen: Bool
  // The number of tokens the reply will have, as far as its arrays have declared.
  private var promised: Int
  private var tokens: UnsafeMutablePointer<ReplyToken>
  private var capacity: Int

  /// A reply that has not arrived. Allocates room for a few tokens at once.
  public init(limits: ReplyLimits = ReplyLimits(), headroom: Int = 0) {
    bytes = ByteBuffer()
    self.headroom = headroom
    self.limits = limits
    count = 0
    isOpen = false
    promised = 0
    capacity = min(8, limits.tokens)
    unsafe tokens = .allocate(capacity: capacity)
  }

  deinit { unsafe tokens.deallocate() }

  /// Takes the bytes away, headroom included, and leaves `fresh` in their place. The ranges of this
  /// reply's tokens apply to the buffer that was taken.
  public mutating func exchangeBytes(_ fresh: consuming ByteBuffer) -> ByteBuffer {
    precondition(!isOpen, "the bytes of a reply that is not complete are still needed")
    swap(&bytes, &fresh)
    return fresh
  }

  /// The token at `position`, 0 being the reply itself; nil if there are fewer.
  public func token(at position: Int) -> ReplyToken? {
    guard position >= 0, position < count else { return nil }
    return unsafe tokens[position]
  }

  /// The kind of the reply; null before the first one.
  public var kind: ReplyToken.Kind { token(at: 0)?.kind ?? .null }

  /// The reply's integer, the number of its array's elements or of its text's bytes; else 0.
  public var integer: Int { token(at: 0)?.integer ?? 0 }

  /// The bytes of the string, status or error at `position`; empty if there is none.
  @_lifetime(borrow self)
  public func string(at position: Int = 0) -> RawSpan {
    string(of: token(at: position) ?? .nothing)
  }

  /// The bytes of a token of this reply; empty if it has none or they were taken away.
  @_lifetime(borrow self)
  public func string(of token: ReplyToken) -> RawSpan {
    let all = bytes.bytes
    guard token.range.upper <= all.byteCount else { return all.extracting(0..<0) }
    return all.extracting(token.range.indices)
  }

  // MARK: What the reader does

  /// Starts over: forgets the previous reply.
  private mutating func begin() {
    count = 0
    promised = 1
    isOpen = true
    bytes.clear(headroom: headroom)
  }

  /// The reply is complete, or will never be.
  mutating func close() { isOpen = false }

  /// Whether a text of `size` more bytes is within the limits.
  func admits(_ size: Int) -> Bool {
    size <= limits.bytes - (isOpen ? bytes.count : 0)
  }

  /// Takes the next token, with the bytes of a text; returns a fault if that exceeds a limit.
  mutating func receive(
    _ kind: ReplyToken.Kind, _ integer: Int, _ text: UnsafeRawPointer?, depth: Int
  ) -> ReplyFault? {
    if !isOpen { begin() }
    if kind == .array {
      if depth >= limits.depth { return .tooDeep }
      if integer > limits.tokens - promised { return .tooManyTokens }
      promised += integer
    }
    var range = ByteRange.empty
    if let text = unsafe text {
      if kind != .string, unsafe !isLine(text, integer) { return .malformed }
      if !admits(integer) { return .tooLarge }
      range = ByteRange(bytes.count, bytes.count + integer)
      unsafe bytes.append(text, integer)
    }
    append(ReplyToken(kind: kind, integer: integer, range: range))
    return nil
  }

  /// Becomes a text that arrived whole and whose size was admitted.
  mutating func take(_ kind: ReplyToken.Kind, _ text: RawSpan) {
    begin()
    bytes.append(text)
    finish(kind)
  }

  /// Becomes a number, or null.
  mutating func take(_ kind: ReplyToken.Kind, _ integer: Int) {
    begin()
    append(ReplyToken(kind: kind, integer: integer, range: .empty))
    close()
  }

  /// Becomes the error that stands for a bulk string that was skipped.
  mutating func takeOversize() {
    begin()
    bytes.append("WRONGTYPE a value larger than any session")
    finish(.error)
  }

  /// Becomes the bulk string that was gathered separately, and leaves its own bytes' memory in
  /// exchange.
  mutating func take(_ bulk: inout LargeBulk) {
    begin()
    bulk.end(exchanging: &bytes)
    finish(.string)
  }

  /// Makes all bytes the single text of the reply.
  private mutating func finish(_ kind: ReplyToken.Kind) {
    append(ReplyToken(kind: kind, integer: bytes.count, range: ByteRange(0, bytes.count)))
    close()
  }

  /// hiredis 0.14 ends a line at CR LF and accepts a lone CR or LF in it; hiredis 1.x does not.
  private func isLine(_ text: UnsafeRawPointer, _ count: Int) -> Bool {
    if count > limits.line { return false }
    for at in 0..<count {
      let byte = unsafe text.load(fromByteOffset: at, as: UInt8.self)
      if byte == 0x0A || byte == 0x0D { return false }
    }
    return true
  }

  private mutating func append(_ token: ReplyToken) {
    if count == capacity { grow() }
    unsafe (tokens + count).initialize(to: token)
    count += 1
  }

  private mutating func grow() {
    let larger = min(limits.tokens, capacity * 2)
    let grown = UnsafeMutablePointer<ReplyToken>.allocate(capacity: larger)
    unsafe grown.moveInitialize(from: tokens, count: count)
    unsafe tokens.deallocate()
    unsafe tokens = grown
    capacity = larger
  }
}
