import Testing

@testable import Settings

/// Wherever the password is put, rightly or wrongly, nothing that can be printed contains it.
@Suite struct SecrecyTests {
  private let password = "hunter2"

  private func expectHidden(_ outcome: SettingsOutcome, _ place: String) {
    var dumped = ""
    dump(outcome, to: &dumped)
    let shown = "\(outcome) \(String(reflecting: outcome)) \(dumped)"
    #expect(!shown.contains(password), "\(place): \(shown)")
  }

  @Test func onTheCommandLine() {
    let refused = Settings.load(
      arguments: ["--redis", "a:1", "--redis-password", password], environment: [:])
    expectHidden(refused, "flag")
    #expect(
      refused
        == .refused([
          .error(
            "--redis-password is not a flag (from the command line): every user of the machine can "
              + "see a command line; name a file with --redis-password-file, or set "
              + "SESSION_GATEWAY_REDIS_PASSWORD")
        ]))
    for words in [
      ["--redis-password=\(password)"], ["--redis-pasword", password], ["--pw=\(password)"],
      ["--redis-tls", password], ["--redis=a:1", "--redis-password-file", password],
      ["--redis", "redis://u:\(password)@a:1"], [password],
    ] {
      expectHidden(Settings.load(arguments: words, environment: [:]), "\(words)")
    }
  }

  @Test func inTheEnvironment() {
    let environment = ["SESSION_GATEWAY_REDIS_PASSWORD": password]
    let loaded = Settings.load(arguments: ["--redis", "a:1"], environment: environment)
    guard case .loaded(let settings, _) = loaded else {
      Issue.record("refused")
      return
    }
    #expect(settings.redis?.password?.secret.reveal() == password)
    expectHidden(loaded, "loaded")
    for words in [
      [], ["--redis", "a:1", "--workers=0"], ["--redis=a:1", "--redis-password-file=/"],
    ] {
      expectHidden(Settings.load(arguments: words, environment: environment), "\(words)")
    }
    for name in ["REDIS_PASSWD", "PASSWORD", "REDIS_PASSWORD_FILE"] {
      expectHidden(
        Settings.load(
          arguments: [], environment: ["SESSION_GATEWAY_\(name)": "u@\(password)"]), name)
    }
  }

  @Test(arguments: [
    "redis-password: hunter2", "redis-password: hunter2: x", "redis-password: [hunter2",
    "redis-password: 'hunter2", "redis-password: hunter2\n- hunter2", "{redis-password: hunter2",
    "redis-password: hunter2\nredis-password: hunter2", "redis-password: [[hunter2]]",
    "redis-password: &a hunter2\nx: *hunter2", "redis-password: \"\\q hunter2\"",
  ])
  func inTheFile(content: String) throws {
    let file = try Scratch(content)
    let refused = Settings.load(arguments: ["--config", file.path], environment: [:])
    expectHidden(refused, content)
    guard case .refused = refused else {
      Issue.record("loaded")
      return
    }
  }

  @Test func inThePasswordFile() throws {
    let file = try Scratch("\(password)\n", mode: 0o644)
    let words = ["--redis", "a:1", "--redis-password-file", file.path]
    expectHidden(Settings.load(arguments: words, environment: [:]), "loaded")
    expectHidden(Settings.load(arguments: words + ["--workers=0"], environment: [:]), "refused")
    expectHidden(Settings.load(arguments: ["--config", file.path], environment: [:]), "config")
  }
}
