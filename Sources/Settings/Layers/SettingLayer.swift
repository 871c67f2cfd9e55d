// One of the sources of settings, asked for one setting at a time.
//
// swift-configuration's snapshots hold the values and encode the keys: in-memory providers for the
// command line and the config file, and the one for environment variables (which turns a key into a
// variable's name).
//
// Rejected: its `ConfigReader`, which would merge them. It hides which provider a value came from,
// swallows a provider's errors, and writes every value it reads to a file when the environment sets
// `CONFIG_ACCESS_LOG_FILE`.

import Configuration

/// The value given for a setting, and its source.
struct GivenValue {
  /// The text; several texts are joined by commas.
  var text: String
  /// Whether there were several.
  var isList = false
  /// Where it came from.
  var source: SettingSource
}

/// One of the sources of settings.
struct SettingLayer {
  private enum Place {
    case commandLine
    case environment
    case file(path: String)
  }

  private let snapshot: any ConfigSnapshot
  private let place: Place

  /// The flags: each setting's texts, by name.
  static func commandLine(_ texts: [String: [String]]) -> SettingLayer {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, texts) in texts {
      let content: ConfigContent = texts.count == 1 ? .string(texts[0]) : .stringArray(texts)
      values[AbsoluteConfigKey([name])] = ConfigValue(content, isSecret: true)
    }
    let provider = InMemoryProvider(name: "command line", values: values)
    return SettingLayer(snapshot: provider.snapshot(), place: .commandLine)
  }

  /// The environment variables.
  static func environment(_ variables: [String: String]) -> SettingLayer {
    let provider = EnvironmentVariablesProvider(
      environmentVariables: variables, secretsSpecifier: .all)
    return SettingLayer(snapshot: provider.snapshot(), place: .environment)
  }

  /// The config file.
  static func file(_ file: ConfigFile, path: String) -> SettingLayer {
    SettingLayer(snapshot: file.snapshot, place: .file(path: path))
  }

  /// The value that this source has for a setting; nil if it has none.
  func value(of setting: SettingDefinition) -> GivenValue? {
    let key = key(of: setting)
    // A snapshot throws when its value is of another type than the one asked for.
    if let found = try? snapshot.value(forKey: key, type: .string) {
      guard case .string(let text) = found.value?.content else { return nil }
      return GivenValue(text: text, source: source(found.encodedKey))
    }
    guard let found = try? snapshot.value(forKey: key, type: .stringArray),
      case .stringArray(let texts) = found.value?.content
    else { return nil }
    return GivenValue(
      text: texts.joined(separator: ","), isList: true, source: source(found.encodedKey))
  }

  private func key(of setting: SettingDefinition) -> AbsoluteConfigKey {
    if case .environment = place { return AbsoluteConfigKey(["session-gateway", setting.name]) }
    return AbsoluteConfigKey([setting.name])
  }

  private func source(_ encodedKey: String) -> SettingSource {
    switch place {
    case .commandLine: .commandLine
    case .environment: .environment(variable: encodedKey)
    case .file(let path): .file(path: path, key: encodedKey)
    }
  }
}
