/// One of the places that settings come from, asked for one setting at a time.
///
/// swift-configuration's snapshots hold the values and encode the keys: the in-memory one for the
/// command line, the one of environment variables (which turns a key into a variable's name), and
/// the YAML one for the file. Its `ConfigReader`, which would merge them, was rejected: it hides
/// which of them a value came from, swallows what a provider complains about, and writes every
/// value it reads into a file when the environment says `CONFIG_ACCESS_LOG_FILE`.

internal import Configuration

/// What a setting was given, and by whom.
struct GivenValue {
  /// The text; several texts are joined by commas.
  var text: String
  /// Whether there were several.
  var isList = false
  /// Where it came from.
  var source: SettingSource
}

/// One of the places that settings come from.
struct SettingLayer {
  private enum Place {
    case commandLine
    case environment
    case file(path: String)
  }

  private let snapshot: any ConfigSnapshot
  private let place: Place

  /// What the flags say: a setting's name, and its texts.
  static func commandLine(_ texts: [String: [String]]) -> SettingLayer {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, texts) in texts {
      let content: ConfigContent = texts.count == 1 ? .string(texts[0]) : .stringArray(texts)
      values[AbsoluteConfigKey([name])] = ConfigValue(content, isSecret: true)
    }
    let provider = InMemoryProvider(name: "command line", values: values)
    return SettingLayer(snapshot: provider.snapshot(), place: .commandLine)
  }

  /// What the environment's variables say.
  static func environment(_ variables: [String: String]) -> SettingLayer {
    let provider = EnvironmentVariablesProvider(
      environmentVariables: variables, secretsSpecifier: .all)
    return SettingLayer(snapshot: provider.snapshot(), place: .environment)
  }

  /// What the config file says.
  static func file(_ file: ConfigFile, path: String) -> SettingLayer {
    SettingLayer(snapshot: file.snapshot, place: .file(path: path))
  }

  /// What this place says of a setting; nil when it says nothing.
  func value(of setting: SettingDefinition) -> GivenValue? {
    let key = key(of: setting)
    // A snapshot throws when it holds a value of another type than it is asked for.
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
