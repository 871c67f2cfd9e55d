/// What a setting is: the one place from which its flag, its environment variable, its key in the
/// config file, its lines in `--help` and in the documentation, and its mistakes all derive.
///
/// A definition owns no value. Reading one turns a text into a value of the setting's kind and
/// writes it into the draft at the setting's path; the default is whatever the draft holds before.

/// One setting: its name, what it takes, what it means.
public struct SettingDefinition: Sendable {
  /// The chapters of `--help`.
  public enum Section: String, CaseIterable, Sendable {
    case listening = "Listening"
    case redis = "Redis"
    case callers = "Callers"
    case sessions = "Sessions"
    case limits = "Limits"
    case logging = "Logging"
    case file = "Config file"
  }

  /// The ways a value can come in.
  public enum Door: Sendable {
    case flag, variable, key
  }

  /// The name, in words with dashes: the key in the config file, the flag without its dashes.
  public let name: String
  /// Where it stands in `--help`.
  public let section: Section
  /// What stands for the value, such as `HOST:PORT`; nil for a switch.
  public let placeholder: String?
  /// The default as a reader understands it, such as `20m` or `none`.
  public let defaultText: String
  /// What it means, in a sentence or two.
  public let help: String
  /// The ways a value can come in; most settings have all three.
  public let doors: [Door]
  /// The settings without which this one makes no sense.
  public let needs: [String]
  /// Whether its values are left out of mistakes.
  public let isSecret: Bool
  /// Whether it takes several values.
  public let isList: Bool

  /// Reads a text into the draft.
  let read: @Sendable (String, inout SettingsDraft) throws(ValueFault) -> Void

  /// What every environment variable of the program begins with.
  public static let variablePrefix = "SESSION_GATEWAY_"

  /// The flag, such as `--redis-ca`.
  public var flag: String { "--\(name)" }

  /// The environment variable, such as `SESSION_GATEWAY_REDIS_CA`.
  public var variable: String {
    Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// What a message calls it: the flag, or the variable of a setting that has no flag.
  public var title: String { doors.contains(.flag) ? flag : variable }

  /// Declares a setting that lives at `path` of the draft.
  init<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>,
    at path: any WritableKeyPath<SettingsDraft, Value> & Sendable, in section: Section,
    needs: [String] = [], doors: [Door] = [.flag, .variable, .key], isSecret: Bool = false,
    _ help: String
  ) {
    self.name = name
    self.section = section
    self.placeholder = kind.placeholder
    self.defaultText = kind.show(SettingsDraft()[keyPath: path])
    self.help = help
    self.doors = doors
    self.needs = needs
    self.isSecret = isSecret
    self.isList = kind.isList
    let read = kind.read
    self.read = { text, draft throws(ValueFault) in draft[keyPath: path] = try read(text) }
  }

  /// Declares a setting that may be absent from `path`; `absent` says what that means.
  init<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>,
    at path: any WritableKeyPath<SettingsDraft, Value?> & Sendable, absent: String,
    in section: Section, needs: [String] = [], doors: [Door] = [.flag, .variable, .key],
    isSecret: Bool = false, _ help: String
  ) {
    self.init(
      name, kind.optional(absent: absent), at: path, in: section, needs: needs, doors: doors,
      isSecret: isSecret, help)
  }
}
