/// Text that must not be shown: anything that prints, logs or dumps it gets `(secret)`.
///
/// Only `reveal()` returns the text, so every place that uses a secret can be found by that name.
public struct Secret: Equatable, Sendable {
  private let text: String

  /// Hides `text`.
  public init(_ text: String) { self.text = text }

  /// The text itself, only for the peer that requires it.
  public func reveal() -> String { text }

  /// Whether there is no text.
  public var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always `(secret)`.
  public var description: String { "(secret)" }
  /// Always `(secret)`.
  public var debugDescription: String { "(secret)" }
  /// Empty: `dump` and string interpolation of an enclosing value find no text.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
