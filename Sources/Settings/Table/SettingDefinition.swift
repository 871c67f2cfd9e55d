// The definition of a setting. Its flag, environment variable, config file key, lines in `--help`
// and in the documentation, and messages about mistakes all derive from it.
//
// A definition holds no value. `read` turns a text into a value of the setting's kind and writes it
// to the setting's path in the draft; the default is what a new draft holds there.

/// One setting: its name, what it takes, what it means.
public struct SettingDefinition: Sendable {
  /// The sections of `--help`.
  public enum Section: String, CaseIterable, Sendable {
    case listening = "Listening"
    case redis = "Redis"
    case callers = "Callers"
    case sessions = "Sessions"
    case limits = "Limits"
    case logging = "Logging"
    case file = "Config file"
  }

  /// How a value can be given: on the command line, in the environment, in the config file.
  public enum Form: Sendable {
    case flag, variable, key
  }

  /// The name, in words joined by dashes: the key in the config file, and the flag without its
  /// leading dashes.
  public let name: String
  /// Its section of `--help`.
  public let section: Section
  /// What stands for the value, such as `HOST:PORT`; nil for a switch.
  public let placeholder: String?
  /// The default as a reader understands it, such as `20m` or `none`.
  public let defaultText: String
  /// What it means, in a sentence or two.
  public let help: String
  /// The forms in which it can be given; for most settings all three.
  public let forms: [Form]
  /// The settings that this one requires.
  public let needs: [String]
  /// Whether messages about mistakes leave out its values.
  public let isSecret: Bool
  /// Whether it takes several values.
  public let isList: Bool

  /// Reads a text into the draft.
  let read: @Sendable (String, inout SettingsDraft) throws(ValueFault) -> Void

  /// The prefix of the program's environment variables.
  public static let variablePrefix = "SESSION_GATEWAY_"

  /// The flag, such as `--redis-ca`.
  public var flag: String { "--\(name)" }

  /// The environment variable, such as `SESSION_GATEWAY_REDIS_CA`.
  public var variable: String {
    Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// Its name in messages: the flag, or the variable if it has no flag.
  public var title: String { forms.contains(.flag) ? flag : variable }

  /// Declares a setting stored at `path` of the draft.
  init<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>,
    at path: any WritableKeyPath<SettingsDraft, Value> & Sendable, in section: Section,
    needs: [String] = [], forms: [Form] = [.flag, .variable, .key], isSecret: Bool = false,
    _ help: String
  ) {
    self.name = name
    self.section = section
    self.placeholder = kind.placeholder
    self.defaultText = kind.show(SettingsDraft()[keyPath: path])
    self.help = help
    self.forms = forms
    self.needs = needs
    self.isSecret = isSecret
    self.isList = kind.isList
    let read = kind.read
    self.read = { text, draft throws(ValueFault) in draft[keyPath: path] = try read(text) }
  }

  /// Declares a setting stored at `path` that may be absent; `absent` describes what that means.
  init<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>,
    at path: any WritableKeyPath<SettingsDraft, Value?> & Sendable, absent: String,
    in section: Section, needs: [String] = [], forms: [Form] = [.flag, .variable, .key],
    isSecret: Bool = false, _ help: String
  ) {
    self.init(
      name, kind.optional(absent: absent), at: path, in: section, needs: needs, forms: forms,
      isSecret: isSecret, help)
  }
}
