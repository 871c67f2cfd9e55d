/// Text that must not be seen: whatever prints, logs or dumps it gets `(secret)`.
///
/// The one door to the text is `reveal()`, so each place that uses a secret can be found by that
/// word.
public struct Secret: Equatable, Sendable {
  private let text: String

  /// Hides `text`.
  public init(_ text: String) { self.text = text }

  /// The text itself, for the peer that asks for it and for nobody else.
  public func reveal() -> String { text }

  /// Whether there is no text.
  public var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always `(secret)`.
  public var description: String { "(secret)" }
  /// Always `(secret)`.
  public var debugDescription: String { "(secret)" }
  /// Nothing: `dump` and string interpolation of an enclosing value find no text.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
