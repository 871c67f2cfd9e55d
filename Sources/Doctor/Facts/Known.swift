/// What is known about an answer.
public enum Known<Value: Sendable>: Sendable {
  /// The answer.
  case value(Value)
  /// The user lacks the right to ask.
  case forbidden
  /// The question was not asked, or not answered.
  case unknown

  /// The answer, if there is one.
  public var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Whether the user lacks the right to ask.
  var isForbidden: Bool {
    if case .forbidden = self { true } else { false }
  }
}
