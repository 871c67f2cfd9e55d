// The command line, read strictly: `--name VALUE`, `--name=VALUE`, or `--name` for a switch.
//
// In: the arguments after `serve`. Out: each setting's texts, in the order given, and a mistake for
// anything that is not a flag of the table.
//
// Rejected: swift-configuration's own provider for arguments. It silently drops unknown flags and
// stray words, and cannot tell a missing value from a switch. What is found here goes into its
// in-memory provider instead.
//
// A word after an unknown flag is taken for that flag's value and never shown: the value of a
// misspelled flag may be a secret.

struct ArgumentScan {
  /// The texts given for each setting, in order.
  private(set) var texts: [String: [String]] = [:]
  /// What is wrong with the arguments.
  private(set) var mistakes: [SettingMistake] = []
  private var rest: ArraySlice<String>

  /// Reads all of `arguments`.
  init(_ arguments: [String]) {
    rest = arguments[...]
    while let argument = rest.popFirst() {
      let position = arguments.count - rest.count
      if argument.hasPrefix("-") && argument != "-" {
        readFlag(argument)
      } else {
        mistakes.append(
          .error("argument \(position) is not a flag (from the command line): \(Self.form)"))
      }
    }
  }

  private static let form = "write each setting as --name VALUE"

  private mutating func readFlag(_ argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let flag = String(parts[0])
    let value = parts.count == 2 ? String(parts[1]) : nil
    guard let setting = SettingDefinition.all.first(where: { $0.flag == flag }) else {
      if value == nil { takeValue() }
      return mistakes.append(Self.unknown(flag))
    }
    guard setting.forms.contains(.flag) else {
      if value == nil { takeValue() }
      return mistakes.append(Self.secretFlag(setting))
    }
    if let text = value ?? (setting.placeholder == nil ? "true" : takeValue()) {
      texts[setting.name, default: []].append(text)
    } else {
      let remedy = "write \(flag) \(setting.placeholder ?? "")"
      mistakes.append(.error("\(flag) has no value (from the command line): \(remedy)"))
    }
  }

  /// Removes and returns the next word, unless it is a flag itself.
  @discardableResult
  private mutating func takeValue() -> String? {
    guard let next = rest.first, !next.hasPrefix("--") else { return nil }
    return rest.popFirst()
  }

  private static func unknown(_ flag: String) -> SettingMistake {
    let flags = SettingDefinition.all.filter { $0.forms.contains(.flag) }.map(\.flag)
    let remedy = Suggestion.remedy(
      for: flag.replacing("_", with: "-"), among: flags, otherwise: "leave it out")
    return .error("\(flag.visible) is not a setting (from the command line): \(remedy)")
  }

  private static func secretFlag(_ setting: SettingDefinition) -> SettingMistake {
    .error(
      """
      \(setting.flag) is not a flag (from the command line): every user of the machine can see a \
      command line; name a file with \(setting.flag)-file, or set \(setting.variable)
      """)
  }
}
