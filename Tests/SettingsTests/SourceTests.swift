import Primitives
import Testing

@testable import Settings

/// A text for each setting that is not its default, and what it must come to. `FILE` stands for a
/// file that is there.
private let samples: [String: (text: String, holds: @Sendable (SettingsDraft) -> Bool)] = [
  "listen": ("[::1]:9", { $0.settings.listen == HostPort(host: "::1", port: 9) }),
  "admin-listen": (
    "localhost:9", { $0.settings.adminListen == HostPort(host: "localhost", port: 9) }
  ),
  "tls-cert": ("FILE", { $0.tlsCert != nil }),
  "tls-key": ("FILE", { $0.tlsKey != nil }),
  "tls-client-ca": ("FILE", { $0.tlsClientCA != nil }),
  "redis": (
    "a:1,b:2", { $0.redis.seeds == [HostPort(host: "a", port: 1), HostPort(host: "b", port: 2)] }
  ),
  "redis-topology": ("cluster", { $0.redis.topology == .cluster }),
  "redis-read": ("replica", { $0.redis.read == .replica }),
  "redis-user": ("gateway", { $0.redis.user == "gateway" }),
  "redis-password-file": ("FILE", { $0.redisPasswordFile != nil }),
  "redis-password": ("hunter2", { $0.redisPassword == Secret("hunter2") }),
  "redis-tls": ("true", { $0.redisTLS }),
  "redis-ca": ("FILE", { $0.redisCA != nil }),
  "redis-cert": ("FILE", { $0.redisCert != nil }),
  "redis-key": ("FILE", { $0.redisKey != nil }),
  "redis-server-name": ("redis.test", { $0.redisServerName == "redis.test" }),
  "tokens-file": ("FILE", { $0.settings.tokensFile != nil }),
  "allow-anonymous": ("true", { $0.settings.allowAnonymous }),
  "idle-timeout": ("1h30m", { $0.settings.defaultPolicy.idleTimeout == .seconds(5_400) }),
  "absolute-timeout": ("7d", { $0.settings.defaultPolicy.absoluteTimeout == .seconds(604_800) }),
  "memory-limit": ("1GiB", { $0.settings.memoryLimit == 1 << 30 }),
  "workers": ("3", { $0.settings.workers == 3 }),
  "max-body": ("64k", { $0.settings.maxBody == 65_536 }),
  "deadline": ("1500ms", { $0.settings.deadline == .milliseconds(1_500) }),
  "drain-timeout": ("5", { $0.settings.drainTimeout == .seconds(5) }),
  "drain-grace": ("2s", { $0.settings.drainGrace == .seconds(2) }),
  "client-buffers": ("64MiB", { $0.settings.clientBuffers == 64 << 20 }),
  "log-level": ("debug", { $0.settings.log.level == .debug }),
  "log-format": ("json", { $0.settings.log.format == .json }),
  "access-log": ("true", { $0.settings.log.access }),
  "config": ("FILE", { $0.settings.configFile != nil }),
]

@Suite struct SourceTests {
  /// What reading the sources leaves in the draft, before any rule is asked.
  private func draft(_ arguments: [String], _ environment: [String: String] = [:]) -> SettingsDraft
  {
    var loading = SettingsLoad(arguments, environment)
    loading.openFile()
    loading.readValues()
    #expect(loading.mistakes == [])
    return loading.draft
  }

  @Test func everySettingHasASample() {
    #expect(Set(samples.keys) == Set(SettingDefinition.all.map(\.name)))
  }

  @Test(arguments: SettingDefinition.all.map(\.name))
  func eachSettingIsReadFromEachOfItsSources(name: String) throws {
    let setting = try #require(SettingDefinition.named(name))
    let sample = try #require(samples[name])
    let file = try Scratch("# nothing\n")
    let text = sample.text == "FILE" ? file.path : sample.text
    #expect(!sample.holds(SettingsDraft()))

    #expect(sample.holds(draft([], [setting.variable: text])))
    if setting.forms.contains(.flag) {
      #expect(sample.holds(draft(["\(setting.flag)=\(text)"])))
      let words = setting.placeholder == nil ? [setting.flag] : [setting.flag, text]
      #expect(sample.holds(draft(words)))
    }
    if setting.forms.contains(.key) {
      let yaml = try Scratch("# settings\n\(name): \"\(text)\" # one\n")
      #expect(sample.holds(draft(["--config", yaml.path])))
      let json = try Scratch("{\n\t\"\(name)\": \"\(text)\"\n}\n")
      #expect(sample.holds(draft([], ["SESSION_GATEWAY_CONFIG": json.path])))
    }
  }

  @Test func withoutAnythingEverySettingIsAtItsDefault() throws {
    #expect(try load() == Settings())
    #expect(try load([], ["PATH": "/bin", "SESSION_GATEWAY_DEADLINE": ""]) == Settings())
  }

  @Test func flagsWinOverTheEnvironmentAndTheEnvironmentOverTheFile() throws {
    let file = try Scratch("deadline: 1s\nworkers: 1\nmax-body: 1k\nredis: [a:1]\n")
    let settings = try load(
      ["--config", file.path, "--deadline", "3s"],
      ["SESSION_GATEWAY_DEADLINE": "2s", "SESSION_GATEWAY_WORKERS": "2"])
    #expect(settings.deadline == .seconds(3))
    #expect(settings.workers == 2)
    #expect(settings.maxBody == 1_024)
    #expect(settings.configFile == ReadableFile(path: file.path))
  }

  @Test func theFlagsConfigFileWinsOverTheEnvironments() throws {
    let one = try Scratch("workers: 1\n")
    let two = try Scratch("workers: 2\n")
    #expect(try load(["--config", one.path], ["SESSION_GATEWAY_CONFIG": two.path]).workers == 1)
  }

  @Test func aSwitchCanBeSwitchedOffAgain() throws {
    let environment = ["SESSION_GATEWAY_ACCESS_LOG": "true"]
    #expect(try load([], environment).log.access)
    #expect(try !load(["--access-log=false"], environment).log.access)
  }

  @Test func aFilesOwnTypesAreReadAsText() throws {
    let json = try Scratch(#"{"workers": 4, "access-log": true, "redis": ["a:1", "b:2"]}"#)
    let settings = try load(["--config", json.path])
    #expect(settings.workers == 4 && settings.log.access)
    #expect(settings.redis?.seeds.map(\.description) == ["a:1", "b:2"])
  }

  @Test func aRepeatedFlagAddsToAListAndAnAddressCountsOnce() throws {
    let settings = try load(["--redis", "a:1", "--redis=b:2,a:1"])
    #expect(settings.redis?.seeds.map(\.description) == ["a:1", "b:2"])
  }

  @Test func redisIsAssembledFromItsPieces() throws {
    let pem = try Scratch("pem")
    let file = ReadableFile(path: pem.path)
    let settings = try load(
      [
        "--redis", "a:1", "--redis-tls", "--redis-ca", pem.path, "--redis-cert", pem.path,
        "--redis-key", pem.path, "--redis-server-name", "n", "--redis-user", "u",
      ], ["SESSION_GATEWAY_REDIS_PASSWORD": "hunter2"])
    var expected = RedisSettings(seeds: [HostPort(host: "a", port: 1)])
    var tls = RedisTLSSettings()
    (tls.ca, tls.serverName) = (file, "n")
    tls.client = .init(certificate: file, key: file)
    (expected.tls, expected.user) = (tls, "u")
    expected.password = RedisPassword(Secret("hunter2"), from: .environment)
    #expect(settings.redis == expected)
  }

  @Test func thePasswordIsTheFilesFirstLine() throws {
    let file = try Scratch("hunter2 \r\n")
    let settings = try load(["--redis", "a:1", "--redis-password-file", file.path])
    #expect(settings.redis?.password?.secret.reveal() == "hunter2 ")
    #expect(settings.redis?.password?.source == .file(ReadableFile(path: file.path)))
  }

  @Test func serverTLSIsAssembledFromItsPieces() throws {
    let pem = try Scratch("pem")
    let file = ReadableFile(path: pem.path)
    let both = ["--tls-cert", pem.path, "--tls-key", pem.path]
    #expect(try load(both).tls == ServerTLSSettings(certificate: file, key: file))
    #expect(try load(both + ["--tls-client-ca", pem.path]).tls?.clientCA == file)
  }

  @Test func kubernetesServiceVariablesAreLetPass() throws {
    let names = [
      "SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_8080_TCP_ADDR",
      "METRICS_SERVICE_HOST", "METRICS_SERVICE_PORT", "METRICS_PORT", "METRICS_PORT_9090_TCP",
      "REDIS_MASTER_SERVICE_PORT_TCP_REDIS", "REDIS_MASTER_PORT_6379_TCP_PROTO",
    ]
    let environment = Dictionary(
      uniqueKeysWithValues: names.map { ("SESSION_GATEWAY_\($0)", "tcp://10.0.0.1:8080") })
    #expect(try load([], environment) == Settings())
    for setting in SettingDefinition.all {
      #expect(!EnvironmentScan.isOfKubernetes(setting.variable, "tcp://10.0.0.1:8080"))
    }
    let port = ["SESSION_GATEWAY_PORT_8080_TCP_PORT": "8080", "SESSION_GATEWAY_SERVICE_PORT": "80"]
    #expect(try load([], port) == Settings())
  }
}
