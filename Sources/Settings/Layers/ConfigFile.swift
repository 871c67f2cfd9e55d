// The config file: a flat mapping of setting names to values, in YAML or JSON.
//
// Both are read as YAML, since JSON is YAML. So every value arrives as the text that its author
// wrote, whatever its type; a repeated key is a mistake; and an error names its line. The price: a
// surrogate pair such as `\uD83D\uDE00` is refused, although the character itself is accepted.

import Configuration

struct ConfigFile {
  /// The file's values by name.
  let snapshot: any ConfigSnapshot
  /// The names in the file; nested names are joined by dots.
  let keys: [String]

  /// Reads and parses the file; nil when it is empty or holds only comments.
  static func read(_ file: ReadableFile) throws(ValueFault) -> ConfigFile? {
    let content = try file.content()
    guard !isBlank(content) else { return nil }
    var mapping = FlatMapping()
    try mapping.read(content)
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (key, value) in mapping.values {
      let content: ConfigContent =
        switch value {
        case .text(let text): .string(text)
        case .list(let texts): .stringArray(texts)
        }
      values[AbsoluteConfigKey([key])] = ConfigValue(content, isSecret: true)
    }
    let provider = InMemoryProvider(name: file.path, values: values)
    return ConfigFile(snapshot: provider.snapshot(), keys: mapping.values.keys.sorted())
  }

  /// Whether each line is empty or a comment.
  private static func isBlank(_ content: [UInt8]) -> Bool {
    String(decoding: content, as: UTF8.self)
      .split(whereSeparator: \.isNewline)
      .allSatisfy { $0.trimmed.isEmpty || $0.trimmed.hasPrefix("#") }
  }

  /// A mistake for each key that is not a setting.
  func mistakes(in path: String) -> [SettingMistake] {
    let known = SettingDefinition.all.filter { $0.forms.contains(.key) }.map(\.name)
    return keys.filter { !known.contains($0) && !$0.hasPrefix(Self.policies) }.map { key in
      .error("\(key.visible) is not a setting (from the file \(path)): \(Self.remedy(key, known))")
    }
  }

  /// The prefix of the keys of namespaces' policies.
  static let policies = "namespaces."

  /// The namespace and the key within its policy; a namespace's name may have dots.
  static func policyKey(_ key: String) -> (namespace: String, name: String)? {
    let rest = key.dropFirst(policies.count)
    guard let dot = rest.lastIndex(of: "."), dot > rest.startIndex else { return nil }
    return (String(rest[..<dot]), String(rest[rest.index(after: dot)...]))
  }

  /// The text of a key; throws unless it has a single value.
  func text(of key: String) throws(ValueFault) -> String {
    let found = try? snapshot.value(forKey: AbsoluteConfigKey([key]), type: .string)
    guard case .string(let text) = found?.value?.content else {
      throw ValueFault("not one value; write one")
    }
    return text
  }

  private static func remedy(_ key: String, _ known: [String]) -> String {
    let written = key.replacing(".", with: "-").replacing("_", with: "-")
    if let setting = SettingDefinition.named(written), !setting.forms.contains(.key) {
      return setting.isSecret
        ? "name a file with \(setting.name)-file, or set \(setting.variable)"
        : "only the command line and the environment can name it"
    }
    return Suggestion.remedy(for: written, among: known, otherwise: "leave it out")
  }
}
