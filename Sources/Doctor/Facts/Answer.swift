// A reply as a value that owns its contents, for rare questions. Of errors only the kind is kept,
// since their text may contain keys.

import Redis

/// An answer of a node.
enum Answer: Equatable {
  case text(String)
  case integer(Int)
  case null
  case array([Answer])
  /// `isAboutKeys`: whether a NOPERM is about keys rather than the command.
  case error(RedisError, isAboutKeys: Bool)

  /// The answer in a complete reply.
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

  /// The text, if the answer is one.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The texts in an array; empty for any other answer.
  var texts: [String] {
    if case .array(let elements) = self { elements.compactMap(\.text) } else { [] }
  }

  /// What the answer reveals, where `read` turns it into a value: forbidden for NOPERM, unknown for
  /// other errors and for answers that `read` cannot read.
  func known<Value>(_ read: (Answer) -> Value?) -> Known<Value> {
    if case .error(let error, _) = self { return error == .noPermission ? .forbidden : .unknown }
    return read(self).map { .value($0) } ?? .unknown
  }
}
