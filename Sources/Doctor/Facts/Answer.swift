// A reply as a value of its own, for questions that are rare. Errors keep their kind only, since
// their words may hold keys.

import Redis

/// An answer of a node.
enum Answer: Equatable {
  case text(String)
  case integer(Int)
  case null
  case array([Answer])
  /// With whether NOPERM is about keys, not about the command.
  case error(RedisError, isAboutKeys: Bool)

  /// What a complete reply says.
  init(_ reply: borrowing Reply) {
    var cursor = ReplyCursor()
    self = Self.next(&cursor, reply)
  }

  private static func next(_ cursor: inout ReplyCursor, _ reply: borrowing Reply) -> Answer {
    guard let token = cursor.next(in: reply) else { return .null }
    switch token.kind {
    case .string, .status: return .text(text(of: token, reply))
    case .integer: return .integer(token.integer)
    case .null: return .null
    case .array: return .array((0..<token.integer).map { _ in next(&cursor, reply) })
    case .error:
      // "no permissions to access one of the keys", "No permissions to access a key".
      let isAboutKeys = text(of: token, reply).contains("permissions to access")
      return .error(RedisError(reply.string(of: token)), isAboutKeys: isAboutKeys)
    }
  }

  private static func text(of token: ReplyToken, _ reply: borrowing Reply) -> String {
    let bytes = reply.string(of: token)
    return unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The text, if it is one.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The texts of an array; none when it is something else.
  var texts: [String] {
    if case .array(let elements) = self { elements.compactMap(\.text) } else { [] }
  }

  /// What was learned by a question whose answer is read by `read`.
  func known<Value>(_ read: (Answer) -> Value?) -> Known<Value> {
    if case .error(let error, _) = self { return error == .noPermission ? .forbidden : .unknown }
    return read(self).map { .value($0) } ?? .unknown
  }
}
