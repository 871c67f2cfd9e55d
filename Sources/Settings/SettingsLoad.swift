/// From arguments, environment and file to settings, or to everything that is wrong with them.
///
/// Flags win over the environment, the environment over the file. Nothing stops at the first
/// mistake: each setting is read and each rule is asked, whatever went wrong before. Nothing is
/// touched but the files that are named, and those are only read.

/// What loading the settings came to.
public enum SettingsOutcome: Equatable, Sendable {
  /// The settings, and what the operator should know all the same.
  case loaded(Settings, warnings: [SettingMistake])
  /// All that is wrong, warnings included; at least one is an error.
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

/// One loading of the settings, half done.
struct SettingsLoad {
  /// What was read so far.
  var draft = SettingsDraft()
  /// What is wrong so far.
  var mistakes: [SettingMistake]
  /// Redis's password, once the rules have found it.
  var password: RedisPassword?
  /// What each setting was given, well or badly.
  private(set) var given: [String: GivenValue] = [:]
  /// The settings whose values do not fit.
  private(set) var broken: Set<String> = []
  /// The config file, if one is named, and its path.
  private(set) var file: (ConfigFile, String)?
  /// The places to ask, the strongest first.
  private var layers: [SettingLayer]

  /// Reads the flags and the variables, without looking at their values.
  init(_ arguments: [String], _ environment: [String: String]) {
    let flags = ArgumentScan(arguments)
    let variables = EnvironmentScan(environment)
    mistakes = flags.mistakes + variables.mistakes
    layers = [.commandLine(flags.texts), .environment(variables.texts)]
  }

  /// Adds the config file, if one is named, as the weakest place to ask.
  mutating func openFile() {
    guard let setting = SettingDefinition.named("config"), let file = value(of: setting) else {
      return
    }
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

  /// Whether a setting was given, and as a switch was not switched off.
  func isSet(_ name: String) -> Bool {
    guard let value = given[name] else { return false }
    return SettingDefinition.named(name)?.placeholder != nil || value.text != "false"
  }

  /// The settings, unless something is wrong.
  var outcome: SettingsOutcome {
    if mistakes.contains(where: { $0.severity == .error }) { return .refused(mistakes) }
    return .loaded(draft.assembled(password: password), warnings: mistakes)
  }

  /// What the strongest place says of a setting that it may be asked for.
  private func value(of setting: SettingDefinition) -> GivenValue? {
    for layer in layers {
      guard let value = layer.value(of: setting) else { continue }
      if case .file = value.source, !setting.doors.contains(.key) { continue }
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
