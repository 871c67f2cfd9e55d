/// The config file: a flat mapping of settings' names to values, in YAML or JSON.
///
/// Both are read as YAML, since JSON is YAML: every value arrives as the text its author wrote,
/// whatever its type, a key that is there twice is a mistake, and an error names its line. The
/// price: a `\uD83D\uDE00` pair is refused where the letter itself is not.

internal import Configuration

struct ConfigFile {
  /// The file's values, to be asked for by name.
  let snapshot: any ConfigSnapshot
  /// The names that the file has, those inside of others joined by dots.
  let keys: [String]

  /// Reads and parses the file; nil when nothing is in it but comments.
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

  /// A mistake for each key that is no setting.
  func mistakes(in path: String) -> [SettingMistake] {
    let known = SettingDefinition.all.filter { $0.doors.contains(.key) }.map(\.name)
    return keys.filter { !known.contains($0) && !$0.hasPrefix(Self.policies) }.map { key in
      .error("\(key.visible) is not a setting (from the file \(path)): \(Self.remedy(key, known))")
    }
  }

  /// What the keys of namespaces' policies begin with.
  static let policies = "namespaces."

  /// The namespace and the key within its policy; a namespace's name may have dots.
  static func policyKey(_ key: String) -> (namespace: String, name: String)? {
    let rest = key.dropFirst(policies.count)
    guard let dot = rest.lastIndex(of: "."), dot > rest.startIndex else { return nil }
    return (String(rest[..<dot]), String(rest[rest.index(after: dot)...]))
  }

  /// The text of one of the file's keys.
  func text(of key: String) throws(ValueFault) -> String {
    let found = try? snapshot.value(forKey: AbsoluteConfigKey([key]), type: .string)
    guard case .string(let text) = found?.value?.content else {
      throw ValueFault("not one value; write one")
    }
    return text
  }

  private static func remedy(_ key: String, _ known: [String]) -> String {
    let written = key.replacing(".", with: "-").replacing("_", with: "-")
    if let setting = SettingDefinition.named(written), !setting.doors.contains(.key) {
      return setting.isSecret
        ? "name a file with \(setting.name)-file, or set \(setting.variable)"
        : "only the command line and the environment can name it"
    }
    return Suggestion.remedy(for: written, among: known, otherwise: "leave it out")
  }
}
