// Walks a reply of nested arrays, one element at a time. A value with no reference to the reply, so
// that it can be kept while the reply is borrowed again. Bounded by the reply's tokens.

/// A place in a reply, going forward only.
///
/// It never traps: what is not there, or not of the wanted kind, is nil. A verb that gave nil has
/// not moved the place.
public struct ReplyCursor: Sendable {
  /// The position of the next token; 0 is the reply itself.
  public private(set) var position: Int

  /// The place before the reply itself.
  public init() { position = 0 }

  /// Takes the next token. After an array's, the next one is its first element.
  public mutating func next(in reply: borrowing Reply) -> ReplyToken? {
    guard let token = reply.token(at: position) else { return nil }
    position += 1
    return token
  }

  /// Takes an array's token: how many elements follow; nil when something else does.
  public mutating func array(in reply: borrowing Reply) -> Int? {
    number(of: .array, in: reply)
  }

  /// Takes an integer; nil when something else follows.
  public mutating func integer(in reply: borrowing Reply) -> Int? {
    number(of: .integer, in: reply)
  }

  /// Takes a string or a status; nil when something else follows.
  public mutating func text(in reply: borrowing Reply) -> ReplyToken? {
    guard let token = reply.token(at: position), token.isText, token.kind != .error else {
      return nil
    }
    position += 1
    return token
  }

  /// Passes one element with all that is in it; false when the reply ends before.
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
