/// Where a setting's value came from; its description is part of a message.
public enum SettingSource: Hashable, Sendable {
  /// A flag.
  case commandLine
  /// The environment variable of this name.
  case environment(variable: String)
  /// The key of this name in the config file at this path.
  case file(path: String, key: String)
}

extension SettingSource: CustomStringConvertible {
  /// For example `from the environment variable SESSION_GATEWAY_DEADLINE`.
  public var description: String {
    switch self {
    case .commandLine: "from the command line"
    case .environment(let variable): "from the environment variable \(variable)"
    case .file(let path, let key): "from the key \(key) of \(path)"
    }
  }
}
