// The settings for readers: the list of `serve --help`, and the table of the documentation. Both
// are generated from `SettingDefinition.all`, so neither can be out of date.

import Primitives

/// The settings for readers.
public enum SettingsHelp {
  /// The longest line of the list, in characters: swift-argument-parser wraps lines of 80.
  public static let width = 79

  /// The column at which a setting's explanation begins.
  private static let indent = 30

  /// Every setting with its explanation and its default, by section, in lines of at most `width`
  /// characters.
  public static var list: String {
    SettingDefinition.Section.allCases.map { section in
      let settings = SettingDefinition.all.filter { $0.section == section }
      return ([section.rawValue.uppercased()] + settings.flatMap(lines)).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// The table in the documentation, in Markdown.
  public static var markdown: String {
    let head = ["| setting | default | what it does |", "|---|---|---|"]
    let rows = SettingDefinition.all.map { setting in
      let form = usage(of: setting).replacing("|", with: "\\|")
      return "| `\(form)` | `\(setting.defaultText)` | \(setting.help) |"
    }
    return (head + rows).joined(separator: "\n")
  }

  /// How to write the setting, such as `--redis-ca FILE`.
  private static func usage(of setting: SettingDefinition) -> String {
    guard setting.forms.contains(.flag) else { return setting.variable }
    return setting.placeholder.map { "\(setting.flag) \($0)" } ?? setting.flag
  }

  private static func lines(for setting: SettingDefinition) -> [String] {
    let usage = "  " + usage(of: setting)
    let margin = String(repeating: " ", count: indent)
    var lines = "\(setting.help) [\(setting.defaultText)]".lines(of: width - indent)
      .map { margin + $0 }
    guard usage.count < indent - 1 else { return [usage] + lines }
    lines[0] = usage.padded(to: indent) + lines[0].dropFirst(indent)
    return lines
  }
}
