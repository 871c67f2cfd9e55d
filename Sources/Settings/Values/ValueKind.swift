/// What a setting takes: how its text becomes a typed value, how a value is shown, and what is said
/// when the text does not fit.
///
/// The text is the same whichever source it came from, so `20m` means the same on the command line,
/// in the environment and in a file. Apart from a look at files that are named, reading a value has
/// no effect and asks nobody.

/// What a setting takes.
struct ValueKind<Value: Sendable>: Sendable {
  /// What stands for the value in `--help`; nil for a switch, which needs none.
  let placeholder: String?
  /// Whether a comma, a repeated flag or a list in the file gives several.
  var isList = false
  /// The value that a text says.
  let read: @Sendable (String) throws(ValueFault) -> Value
  /// The value as `--help` shows it.
  let show: @Sendable (Value) -> String

  /// A kind whose values may be absent; `absent` says what that means, such as `none`. It is not a
  /// text that could be written.
  func optional(absent: String) -> ValueKind<Value?> {
    let (read, show) = (read, show)
    return ValueKind<Value?>(
      placeholder: placeholder, isList: isList,
      read: { text throws(ValueFault) in try read(text) },
      show: { value in value.map(show) ?? absent })
  }
}

extension ValueKind<Bool> {
  /// On or off; the flag alone switches on.
  static let toggle = ValueKind(
    placeholder: nil,
    read: { text throws(ValueFault) in
      guard let value = Bool(text) else { throw ValueFault("not a switch; write true or false") }
      return value
    },
    show: { $0 ? "on" : "off" })
}

extension ValueKind<String> {
  /// A word of the operator's own, such as a user's name.
  static func text(_ placeholder: String) -> ValueKind {
    ValueKind(
      placeholder: placeholder,
      read: { text throws(ValueFault) in
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
          throw ValueFault("a text with spaces or control characters; write it without them")
        }
        return text
      }, show: { $0 })
  }
}

extension ValueKind<Secret> {
  /// What must not be seen; any text will do.
  static let secret = ValueKind(
    placeholder: "PASSWORD", read: { text throws(ValueFault) in Secret(text) },
    show: { _ in "(secret)" })
}

extension ValueKind<ReadableFile> {
  /// The path of a file that must be there and readable.
  static let file = ValueKind(
    placeholder: "FILE",
    read: { path throws(ValueFault) in
      if let fault = ReadableFile.fault(of: path) { throw ValueFault(fault) }
      return ReadableFile(path: path)
    }, show: { $0.path })
}

extension ValueKind where Value: RawRepresentable<String> & CaseIterable {
  /// One of the words of an enumeration.
  static var choice: ValueKind {
    let words = Value.allCases.map(\.rawValue)
    return ValueKind(
      placeholder: words.joined(separator: "|"),
      read: { text throws(ValueFault) in
        guard let value = Value(rawValue: text) else {
          throw ValueFault("not one of its words; write \(words.joinedWithOr)")
        }
        return value
      }, show: { $0.rawValue })
  }
}
