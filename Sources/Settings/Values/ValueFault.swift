/// What is wrong with a value, and what to write instead. It completes a sentence that begins with
/// the setting, the value and its source.
public struct ValueFault: Error, Equatable, Sendable {
  /// For example `not a duration; write a number with ms, s, m, h or d, such as 10s`.
  public let text: String

  init(_ text: String) { self.text = text }
}
