// Something wrong with the settings: which setting, what it was given, by whom, and the remedy.
//
// A mistake is one sentence for the operator. No secret is ever part of one: the value of a secret
// setting, and anything that might carry a password (an address with an `@`), is left out.

import Primitives

/// One thing that is wrong with the settings.
public struct SettingMistake: Hashable, Sendable {
  /// Whether the program can start all the same.
  public enum Severity: Sendable {
    /// It can't.
    case error
    /// It can, but the operator should know.
    case warning
  }

  /// Whether the program can start all the same.
  public let severity: Severity
  /// The whole sentence, of one line.
  public let text: String

  /// What keeps the program from starting.
  static func error(_ text: String) -> SettingMistake {
    SettingMistake(severity: .error, text: text)
  }

  /// What the operator should know.
  static func warning(_ text: String) -> SettingMistake {
    SettingMistake(severity: .warning, text: text)
  }

  /// A value that does not fit its setting.
  static func value(_ given: GivenValue, of setting: SettingDefinition, _ fault: ValueFault)
    -> SettingMistake
  {
    let hidden = setting.isSecret || given.text.contains("@")
    let shown = hidden ? "(not shown)" : "\"\(given.text.visible)\""
    return error("\(setting.title) is \(shown) (\(given.source)): \(fault.text)")
  }
}

extension SettingMistake: CustomStringConvertible {
  /// The whole sentence.
  public var description: String { text }
}

extension [SettingMistake] {
  /// The mistakes as they are printed: how many there are, one on each line, and where to read on.
  public var report: String {
    let errors = filter { $0.severity == .error }
    let warnings = filter { $0.severity == .warning }
    var lines: [String] = []
    if !errors.isEmpty {
      let count = errors.count.counted("mistake")
      lines.append("session-gateway did not start: \(count) in the settings.")
      lines += errors.map { "  \($0)" }
    }
    lines += warnings.map { "  warning: \($0)" }
    if !errors.isEmpty { lines.append("`session-gateway serve --help` explains every setting.") }
    return lines.joined(separator: "\n")
  }
}

extension StringProtocol {
  /// The text with its control characters made visible, and no longer than 120 characters: a value
  /// can't forge a second line of a message.
  var visible: String {
    let safe = unicodeScalars.prefix(120).map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        || scalar == "\u{2028}" || scalar == "\u{2029}"
        ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return safe.joined() + (unicodeScalars.count > 120 ? "..." : "")
  }
}
