// Turns arguments, environment and config file into settings, or into a list of everything that is
// wrong with them.
//
// Flags override the environment, which overrides the file. Loading does not stop at the first
// mistake: every setting is read and every rule is checked, whatever went wrong before. Apart from
// reading the files that are named, it has no side effects.

/// The outcome of loading the settings.
public enum SettingsOutcome: Equatable, Sendable {
  /// The settings, and warnings for the operator.
  case loaded(Settings, warnings: [SettingMistake])
  /// Everything that is wrong, including warnings; at least one is an error.
  case refused([SettingMistake])
}

extension Settings {
  /// Loads the settings of `serve`.
  ///
  /// - Parameters:
  ///   - arguments: What follows `serve` on the command line.
  ///   - environment: The environment's variables; those without `SESSION_GATEWAY_` are ignored.
  public static func load(arguments: [String], environment: [String: String]) -> SettingsOutcome {
    var loading = SettingsLoad(arguments, environment)
    loading.openFile()
    loading.readValues()
    loading.readPolicies()
    loading.checkRules()
    return loading.outcome
  }
}

/// A load of the settings in progress.
struct SettingsLoad {
  /// What has been read so far.
  var draft = SettingsDraft()
  /// What has been found wrong so far.
  var mistakes: [SettingMistake]
  /// Redis's password, once the rules have found it.
  var password: RedisPassword?
  /// The value given for each setting, valid or not.
  private(set) var given: [String: GivenValue] = [:]
  /// The settings whose values are not valid.
  private(set) var broken: Set<String> = []
  /// The config file, if one is named, and its path.
  private(set) var file: (ConfigFile, String)?
  /// The sources to ask, the strongest first.
  private var layers: [SettingLayer]

  /// Collects the flags and the variables, without reading their values.
  init(_ arguments: [String], _ environment: [String: String]) {
    let flags = ArgumentScan(arguments)
    let variables = EnvironmentScan(environment)
    mistakes = flags.mistakes + variables.mistakes
    layers = [.commandLine(flags.texts), .environment(variables.texts)]
  }

  /// Adds the config file, if one is named, as the weakest source.
  mutating func openFile() {
    let setting = SettingDefinition.known("config")
    guard let file = value(of: setting) else { return }
    do throws(ValueFault) {
      try setting.read(file.text, &draft)
      guard let config = try ConfigFile.read(ReadableFile(path: file.text)) else { return }
      mistakes += config.mistakes(in: file.text)
      self.file = (config, file.text)
      layers.append(.file(config, path: file.text))
    } catch {
      given[setting.name] = file
      broken.insert(setting.name)
      mistakes.append(.value(file, of: setting, error))
    }
  }

  /// Reads every setting that was given into the draft.
  mutating func readValues() {
    for setting in SettingDefinition.all where !broken.contains(setting.name) {
      guard let value = value(of: setting) else { continue }
      given[setting.name] = value
      do throws(ValueFault) {
        try read(value, as: setting)
      } catch {
        broken.insert(setting.name)
        mistakes.append(.value(value, of: setting, error))
      }
    }
  }

  /// Whether a setting was given and, if it is a switch, was not switched off.
  func isSet(_ name: String) -> Bool {
    guard let value = given[name] else { return false }
    return SettingDefinition.named(name)?.placeholder != nil || value.text != "false"
  }

  /// The settings, unless something is wrong.
  var outcome: SettingsOutcome {
    if mistakes.contains(where: { $0.severity == .error }) { return .refused(mistakes) }
    return .loaded(draft.assembled(password: password), warnings: mistakes)
  }

  /// The value from the strongest source that has one. The file counts only for settings that may
  /// be in a file.
  private func value(of setting: SettingDefinition) -> GivenValue? {
    for layer in layers {
      guard let value = layer.value(of: setting) else { continue }
      if case .file = value.source, !setting.forms.contains(.key) { continue }
      return value
    }
    return nil
  }

  private mutating func read(_ value: GivenValue, as setting: SettingDefinition)
    throws(ValueFault)
  {
    guard setting.isList || !value.isList else { throw ValueFault("several values; write one") }
    guard !value.text.isEmpty else { throw ValueFault("empty; write a value or leave it out") }
    try setting.read(value.text, &draft)
  }
}
