// The kind of a setting: how its text becomes a typed value, how a value is shown, and the fault
// when the text is not valid.
//
// The notation is the same for every source: `20m` means the same on the command line, in the
// environment and in a file. Reading a value has no side effects; only kinds that name files look
// at the file system.

/// The kind of a setting's values.
struct ValueKind<Value: Sendable>: Sendable {
  /// What stands for the value in `--help`; nil for a switch, which takes none.
  let placeholder: String?
  /// Whether commas, a repeated flag or a list in the file give several values.
  var isList = false
  /// Reads a value from its text.
  let read: @Sendable (String) throws(ValueFault) -> Value
  /// The value as `--help` shows it.
  let show: @Sendable (Value) -> String

  /// A kind whose values may be absent. `absent` describes what that means, such as `none`; it is
  /// not accepted as input.
  func optional(absent: String) -> ValueKind<Value?> {
    let (read, show) = (read, show)
    return ValueKind<Value?>(
      placeholder: placeholder, isList: isList,
      read: { text throws(ValueFault) in try read(text) },
      show: { value in value.map(show) ?? absent })
  }
}

extension ValueKind<Bool> {
  /// On or off; a flag without a value means on.
  static let toggle = ValueKind(
    placeholder: nil,
    read: { text throws(ValueFault) in
      guard let value = Bool(text) else { throw ValueFault("not a switch; write true or false") }
      return value
    },
    show: { $0 ? "on" : "off" })
}

extension ValueKind<String> {
  /// Free text without spaces or control characters, such as a user's name.
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
  /// A secret; any text is valid.
  static let secret = ValueKind(
    placeholder: "PASSWORD", read: { text throws(ValueFault) in Secret(text) },
    show: { _ in "(secret)" })
}

extension ValueKind<ReadableFile> {
  /// The path of a file that must exist and be readable.
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
          throw ValueFault("not one of its values; write \(words.joinedWithOr)")
        }
        return value
      }, show: { $0.rawValue })
  }
}
