// A mistake in the settings: the setting, its value, the value's source, and the remedy.
//
// A mistake is one sentence for the operator. It never contains a secret: the value of a secret
// setting, and any value that might contain a password (one with an `@`), is left out.

import Primitives

/// One mistake in the settings.
public struct SettingMistake: Hashable, Sendable {
  /// Whether the program can start nevertheless.
  public enum Severity: Sendable {
    /// It cannot.
    case error
    /// It can, but the operator should know.
    case warning
  }

  /// Whether the program can start nevertheless.
  public let severity: Severity
  /// The whole sentence, on one line.
  public let text: String

  /// A mistake that keeps the program from starting.
  static func error(_ text: String) -> SettingMistake {
    SettingMistake(severity: .error, text: text)
  }

  /// A mistake that the operator should know about.
  static func warning(_ text: String) -> SettingMistake {
    SettingMistake(severity: .warning, text: text)
  }

  /// The mistake of a value that is not valid for its setting.
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
  /// The mistakes as printed: their number, one mistake per line, and where to read more.
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
  /// The text with control characters made visible, cut after 120 Unicode scalars, so that a value
  /// cannot forge a second line of a message.
  var visible: String {
    let safe = unicodeScalars.prefix(120).map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        || scalar == "\u{2028}" || scalar == "\u{2029}"
        ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return safe.joined() + (unicodeScalars.count > 120 ? "..." : "")
  }
}
