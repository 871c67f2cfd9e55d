/// The config file: a flat mapping of settings' names to values, in YAML or JSON.
///
/// Both are read by swift-configuration's YAML snapshot, since JSON is YAML: every value arrives as
/// the text its author wrote, whatever its type, a key that is there twice is a mistake, and an
/// error names its line. The JSON snapshot gives none of these: it keeps one of two equal keys, and
/// turns `true` into 1. The price: a `\uD83D\uDE00` pair is refused where the letter itself is not.
///
/// A snapshot can be asked for a key but not which keys it has. While parsing it does ask for each
/// key whether its value is a secret: the answer is always yes, and the question tells us the key.

internal import Configuration
internal import Synchronization

struct ConfigFile {
  /// The file's values, to be asked for by name.
  let snapshot: any ConfigSnapshot
  /// The names that the file has, those inside of others joined by dots.
  let keys: [String]

  /// Reads and parses the file; nil when nothing is in it but comments.
  static func read(_ file: ReadableFile) throws(ValueFault) -> ConfigFile? {
    let content = try file.content()
    guard !isBlank(content) else { return nil }
    let keys = Mutex<[String]>([])
    do {
      let options = YAMLSnapshot.ParsingOptions(
        secretsSpecifier: .dynamic { key, _ in
          keys.withLock { $0.append(key) }
          return true
        })
      let snapshot = try unsafe YAMLSnapshot(
        data: content.span.bytes, providerName: file.path, parsingOptions: options)
      return ConfigFile(snapshot: snapshot, keys: keys.withLock { $0.sorted() })
    } catch {
      throw fault(of: "\(error)")
    }
  }

  /// Whether each line is empty or a comment.
  private static func isBlank(_ content: [UInt8]) -> Bool {
    String(decoding: content, as: UTF8.self)
      .split(whereSeparator: \.isNewline)
      .allSatisfy { $0.trimmed.isEmpty || $0.trimmed.hasPrefix("#") }
  }

  /// Words the parser's error, `ROW:COLUMN: error: STAGE: PROBLEM:` in its first line. A problem
  /// with a context has its second line instead. The lines behind it quote the file, which may hold
  /// what must not be seen.
  static func fault(of description: String) -> ValueFault {
    let lines = description.split(whereSeparator: \.isNewline).map(String.init)
    let first = lines.first ?? ""
    if let names = first.split(separator: "duplicated key(s): ").dropFirst().first {
      return ValueFault("more than one value for \(names.dropLast().visible); keep one")
    }
    let parts = first.split(separator: ":").map(\.trimmed)
    guard parts.count > 4, let row = Int(parts[0]), let column = Int(parts[1]) else {
      return ValueFault("neither YAML nor JSON (\(first.visible)); write one NAME: VALUE a line")
    }
    var problem = parts[4]
    if problem.hasPrefix("while "), lines.count > 1 { problem = lines[1].replacing(":", with: "") }
    return ValueFault(
      "neither YAML nor JSON (line \(row), column \(column): \(problem.visible)); correct that line"
    )
  }

  /// A mistake for each key that is no setting.
  func mistakes(in path: String) -> [SettingMistake] {
    let known = SettingDefinition.all.filter { $0.doors.contains(.key) }.map(\.name)
    return keys.filter { !known.contains($0) }.map { key in
      .error("\(key.visible) is not a setting (from the file \(path)): \(Self.remedy(key, known))")
    }
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
