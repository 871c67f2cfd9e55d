// Rules that involve several settings.
//
// A rule skips a setting whose own value is not valid: that mistake has been reported already, and
// its consequences would only be noise.

extension SettingsLoad {
  /// Checks every rule.
  mutating func checkRules() {
    for setting in SettingDefinition.all where isSet(setting.name) { checkNeeds(of: setting) }
    checkListeners()
    checkCallers()
    checkTopology()
    checkMemoryLimit()
    findPassword()
    checkUser()
  }

  /// A setting that is given needs the settings that it requires.
  private mutating func checkNeeds(of setting: SettingDefinition) {
    let missing = setting.needs.filter { !isSet($0) }.compactMap(SettingDefinition.named)
    guard !missing.isEmpty else { return }
    let names = missing.map(\.title).joined(separator: " and ")
    let verb = missing.count == 1 ? "is not; add it" : "are not; add them"
    complain(setting, "but \(names) \(verb), or leave \(setting.title) out")
  }

  /// The memory store's bound means nothing where there is Redis.
  private mutating func checkMemoryLimit() {
    guard isSet("memory-limit"), isSet("redis") else { return }
    mistakes.append(
      .warning("--memory-limit has no effect beside --redis, which keeps the sessions"))
  }

  /// The two listeners must not share connections.
  private mutating func checkListeners() {
    guard sound("listen", "admin-listen"), let address = draft.settings.adminListen,
      address.overlaps(draft.settings.listen)
    else { return }
    complain(
      .known("admin-listen"),
      "to the address of --listen; choose another port, or leave it out")
  }

  /// Callers without a token are served only on loopback addresses, unless that is allowed
  /// explicitly.
  private mutating func checkCallers() {
    let listen = draft.settings.listen
    if isSet("tokens-file") {
      if draft.settings.allowAnonymous { mistakes.append(Self.uselessPermission) }
    } else if sound("listen", "allow-anonymous"), !listen.isLoopback,
      !draft.settings.allowAnonymous
    {
      let remedy = "add --tokens-file FILE, listen on 127.0.0.1, or add --allow-anonymous"
      complain(.known("listen"), "beyond loopback, but callers need no token; \(remedy)")
    }
  }

  private static let uselessPermission = SettingMistake.warning(
    "--allow-anonymous has no effect beside --tokens-file: every caller needs a token")

  /// A single node has one address.
  private mutating func checkTopology() {
    let count = draft.redis.seeds.count
    guard sound("redis", "redis-topology"), draft.redis.topology == .single, count > 1 else {
      return
    }
    complain(
      .known("redis-topology"),
      "to single but --redis names \(count) nodes; name one, or write auto")
  }

  /// The password comes from a file or from the environment, not from both.
  private mutating func findPassword() {
    let setting = SettingDefinition.known("redis-password-file")
    if let file = draft.redisPasswordFile {
      if isSet("redis-password") {
        return complain(setting, "and SESSION_GATEWAY_REDIS_PASSWORD too; keep one of them")
      }
      readPassword(in: file, of: setting)
    } else if let secret = draft.redisPassword {
      password = RedisPassword(environment: secret)
    }
  }

  /// Reads the password, which is the file's first line, and warns if every user can read the file.
  private mutating func readPassword(in file: ReadableFile, of setting: SettingDefinition) {
    guard let source = given[setting.name]?.source else { return }
    let value = GivenValue(text: file.path, source: source)
    do throws(ValueFault) {
      password = try RedisPassword(in: file)
    } catch {
      mistakes.append(.value(value, of: setting, error))
    }
    guard file.isReadableByOthers else { return }
    let subject = "\(setting.title) is \"\(file.path.visible)\" (\(source))"
    mistakes.append(.warning("\(subject): every user can read it; chmod o-r it"))
  }

  /// Redis's AUTH takes a user only with a password.
  private mutating func checkUser() {
    guard isSet("redis-user"), !isSet("redis-password"), !isSet("redis-password-file") else {
      return
    }
    complain(
      .known("redis-user"),
      "but no password is; add --redis-password-file FILE or set SESSION_GATEWAY_REDIS_PASSWORD")
  }

  /// Whether all of these settings have valid values, or none.
  private func sound(_ names: String...) -> Bool { names.allSatisfy { !broken.contains($0) } }

  /// A mistake that begins with the setting and the source of its value.
  private mutating func complain(_ setting: SettingDefinition, _ rest: String) {
    var subject = "\(setting.title) is set"
    if let source = given[setting.name]?.source, setting.forms.contains(.flag) {
      subject += " (\(source))"
    }
    mistakes.append(.error("\(subject) \(rest)"))
  }
}
