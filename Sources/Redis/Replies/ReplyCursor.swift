// Walks a reply of nested arrays, one element at a time. A value without a reference to the reply,
// so it can be kept while the reply is borrowed again. Bounded by the reply's tokens.

/// A position in a reply, which only moves forward.
///
/// It never traps: what is missing, or not of the requested kind, is nil, and then the position has
/// not moved.
public struct ReplyCursor: Sendable {
  /// The position of the next token; 0 is the reply itself.
  public private(set) var position: Int

  /// The position of the reply itself.
  public init() { position = 0 }

  /// Takes the next token. After an array's token, the next one is its first element.
  public mutating func next(in reply: borrowing Reply) -> ReplyToken? {
    guard let token = reply.token(at: position) else { return nil }
    position += 1
    return token
  }

  /// Takes an array's token and returns the number of elements that follow; nil if the next token
  /// is not an array.
  public mutating func array(in reply: borrowing Reply) -> Int? {
    number(of: .array, in: reply)
  }

  /// Takes an integer; nil if the next token is not one.
  public mutating func integer(in reply: borrowing Reply) -> Int? {
    number(of: .integer, in: reply)
  }

  /// Takes a string or a status; nil if the next token is neither.
  public mutating func text(in reply: borrowing Reply) -> ReplyToken? {
    guard let token = reply.token(at: position), token.isText, token.kind != .error else {
      return nil
    }
    position += 1
    return token
  }

  /// Skips one element with everything in it; false if the reply ends before.
  public mutating func skip(in reply: borrowing Reply) -> Bool {
    var ahead = position
    var missing = 1
    while missing > 0 {
      guard let token = reply.token(at: ahead) else { return false }
      ahead += 1
      missing -= 1
      if token.kind == .array { missing += token.integer }
    }
    position = ahead
    return true
  }

  private mutating func number(of kind: ReplyToken.Kind, in reply: borrowing Reply) -> Int? {
    guard let token = reply.token(at: position), token.kind == kind else { return nil }
    position += 1
    return token.integer
  }
}
