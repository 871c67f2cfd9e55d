import Testing

@testable import Settings

@Suite struct MistakeTests {
  private static let line = "from the command line"

  @Test func aMistakeNamesTheSettingTheValueTheSourceAndTheRemedy() throws {
    let rest = "not a duration; write a number with ms, s, m, h or d, such as 10s"
    #expect(
      complaints([], ["SESSION_GATEWAY_DEADLINE": "10x"]) == [
        "--deadline is \"10x\" (from the environment variable SESSION_GATEWAY_DEADLINE): \(rest)"
      ])
    #expect(
      complaints(["--deadline", "10x"]) == ["--deadline is \"10x\" (\(Self.line)): \(rest)"])
    let file = try Scratch("deadline: 10x\n")
    #expect(
      complaints(["--config", file.path]) == [
        "--deadline is \"10x\" (from the key deadline of \(file.path)): \(rest)"
      ])
  }

  @Test(arguments: [
    ("deadline", "9ms", "out of range; write 10ms to 1h"),
    ("deadline", "61m", "out of range; write 10ms to 1h"),
    ("deadline", "-1", "not a duration; write a number with ms, s, m, h or d, such as 10s"),
    ("drain-timeout", "2h", "out of range; write 0 to 1h"),
    ("idle-timeout", "0", "out of range; write 1s to 365d"),
    ("idle-timeout", "31536001", "out of range; write 1s to 365d"),
    ("idle-timeout", "none", "not a duration; write a number with ms, s, m, h or d, such as 10s"),
    ("idle-timeout", "1500ms", "not whole seconds; write 1s to 365d"),
    ("absolute-timeout", "366d", "out of range; write 1s to 365d"),
    ("workers", "0", "out of range; write 1 to 256"),
    ("workers", "257", "out of range; write 1 to 256"),
    ("workers", "two", "not a whole number; write 1 to 256"),
    ("max-body", "0", "out of range; write 1B to 64MiB"),
    ("max-body", "65MiB", "out of range; write 1B to 64MiB"),
    ("max-body", "1MB", "not a size; write bytes, or a number with KiB, MiB or GiB, such as 1MiB"),
    ("memory-limit", "1023KiB", "out of range; write 1MiB to 1024GiB"),
    ("redis-tls", "yes", "not a switch; write true or false"),
    ("redis-topology", "ring", "not one of its values; write auto, single or cluster"),
    ("redis-read", "", "empty; write a value or leave it out"),
    ("redis-user", "a b", "a text with spaces or control characters; write it without them"),
    (
      "listen", "8080",
      "not an address; write HOST:PORT or [IPv6]:PORT, such as 127.0.0.1:8080 or [::1]:8080"
    ),
    (
      "listen", ":8080",
      "not an address; for every interface write 0.0.0.0:8080 or [::]:8080"
    ),
    (
      "listen", "::1:8080",
      "not an address; write HOST:PORT or [IPv6]:PORT, such as 127.0.0.1:8080 or [::1]:8080"
    ),
    ("redis", "a:0", "out of range; write a port of 1 to 65535"),
    ("redis", "redis://a:1", "an address has neither scheme nor user; write HOST:PORT"),
    (
      "tokens-file", "/nowhere/tokens",
      "no such file; check the path (a relative one starts at the working directory)"
    ),
    ("tls-cert", "/tmp", "a directory; name a file"),
    ("deadline", "1s\",\n2", "not a duration; write a number with ms, s, m, h or d, such as 10s"),
  ])
  func aValueThatDoesNotFit(name: String, text: String, fault: String) {
    let said = complaints(["--\(name)=\(text)"])
    #expect(said.first == "--\(name) is \"\(text.visible)\" (\(Self.line)): \(fault)")
  }

  @Test func aFileThatIsGoneByTheTimeItIsReadIsNotAQuestionOfRights() {
    let gone = ValueFault(
      "no such file; check the path (a relative one starts at the working directory)")
    for path in ["/nowhere/password", "/dev/null/password"] {
      #expect(throws: gone) { try RedisPassword(in: ReadableFile(path: path)) }
    }
    #expect(throws: ValueFault("a directory; name a file")) {
      try RedisPassword(in: ReadableFile(path: "/tmp"))
    }
  }

  @Test func everyWordOfTheCommandLineMustBeASetting() {
    #expect(
      complaints(["--max-bdy=1", "--frobnicate", "hunter2", "-x", "stray", "--deadline"]) == [
        "--max-bdy is not a setting (\(Self.line)): did you mean --max-body?",
        "--frobnicate is not a setting (\(Self.line)): leave it out",
        "-x is not a setting (\(Self.line)): leave it out",
        "--deadline has no value (\(Self.line)): write --deadline DURATION",
      ])
    #expect(
      complaints(["--workers", "1", "stray"]) == [
        "argument 3 is not a flag (\(Self.line)): write each setting as --name VALUE"
      ])
    #expect(
      complaints(["--deadline", "1s", "--deadline", "2s"]) == [
        "--deadline is \"1s,2s\" (\(Self.line)): several values; write one"
      ])
  }

  @Test func everyVariableOfOursMustBeASetting() {
    let environment = [
      "SESSION_GATEWAY_LISTN": "x", "SESSION_GATEWAY_A_QUITE_OTHER_ONE": "x", "X": "x",
    ]
    #expect(
      complaints([], environment) == [
        "SESSION_GATEWAY_A_QUITE_OTHER_ONE is not a setting (from the environment): unset it",
        "SESSION_GATEWAY_LISTN is not a setting (from the environment): "
          + "did you mean SESSION_GATEWAY_LISTEN?",
      ])
  }

  @Test func aPortOfItsOwnIsNotAServicesOfKubernetes() {
    let place = "is not a setting (from the environment)"
    #expect(
      complaints([], ["SESSION_GATEWAY_PORT": "9090", "SESSION_GATEWAY_REDIS_PORT": "6380"]) == [
        "SESSION_GATEWAY_PORT \(place): unset it",
        "SESSION_GATEWAY_REDIS_PORT \(place): did you mean SESSION_GATEWAY_REDIS_CERT?",
      ])
  }

  @Test func everyKeyOfTheFileMustBeASetting() throws {
    let file = try Scratch(
      "idle_timout: 1m\nredis:\n  ca: x\nzzz: 1\nconfig: x\nredis-password: hunter2\n")
    let place = "is not a setting (from the file \(file.path))"
    #expect(
      complaints(["--config", file.path]) == [
        "config \(place): only the command line and the environment can name it",
        "idle_timout \(place): did you mean idle-timeout?",
        "redis-password \(place): name a file with redis-password-file, "
          + "or set SESSION_GATEWAY_REDIS_PASSWORD",
        "redis.ca \(place): did you mean redis-ca?",
        "zzz \(place): leave it out",
      ])
  }

  @Test(arguments: [
    ("a: [", "neither YAML nor JSON (line 2, column 1: did not find expected node content)"),
    ("workers: 1\nx: y: z", "neither YAML nor JSON (line 2, column 5: mapping values are not"),
    ("workers: 1\nworkers: 2", "more than one value for 'workers'; keep one"),
    ("- a", "not a list of settings; write one NAME: VALUE per line"),
    ("workers: 1\n--- {}", "more than one document; keep the first"),
    ("workers: &a 1\nmax-body: *a", "max-body refers to another value; write the value itself"),
    ("redis: [[a:1]]", "redis is a list with more than plain values; write only those"),
    ("[a]: 1", "a name that is not text; write one NAME: VALUE per line"),
    ("a: {b: {c: {d: {e: {f: 1}}}}}", "names nested too deeply; write one NAME: VALUE per line"),
    ("workers: \u{1}", "neither YAML nor JSON (byte 10: control characters are not allowed)"),
  ])
  func aFileThatCannotBeParsed(content: String, fault: String) throws {
    let file = try Scratch(content)
    let said = complaints(["--config", file.path])
    #expect(said.count == 1)
    let start = "--config is \"\(file.path)\" (\(Self.line)): \(fault)"
    #expect(said.first?.hasPrefix(start) == true, "\(said)")
  }

  @Test func aFileWithNothingButCommentsSaysNothing() throws {
    let file = try Scratch("# workers: 2\n\n")
    #expect(try load(["--config", file.path]).workers == nil)
  }

  @Test func aFileThatIsTooLongIsNotRead() throws {
    let file = try Scratch(String(repeating: "#", count: (1 << 20) + 1))
    #expect(
      complaints(["--config", file.path]) == [
        "--config is \"\(file.path)\" (\(Self.line)): longer than 1MiB; name the right file"
      ])
  }

  @Test func aListWhereOneValueIsDueIsAMistake() throws {
    let file = try Scratch("deadline: [1s, 2s]\n")
    #expect(
      complaints(["--config", file.path]) == [
        "--deadline is \"1s,2s\" (from the key deadline of \(file.path)): several values; write one"
      ])
  }

  @Test func everyMistakeOfEverySourceIsReportedAtOnce() throws {
    let file = try Scratch("log-level: loud\nlog-fromat: text\n")
    let arguments = ["--config", file.path, "--workers=0", "--listen=0.0.0.0:1", "--typo"]
    let said = complaints(
      arguments, ["SESSION_GATEWAY_MAX_BODY": "huge", "SESSION_GATEWAY_X": "1"])
    let subjects = [
      "--typo is", "SESSION_GATEWAY_X is", "log-fromat is", "--workers is", "--max-body is",
      "--log-level is", "--listen is set",
    ]
    #expect(said.count == subjects.count, "\(said)")
    for (text, subject) in zip(said, subjects) { #expect(text.hasPrefix(subject)) }
  }

  @Test func theReportHasOneLineForEachMistakeAndAHint() {
    let mistakes: [SettingMistake] = [.error("a"), .warning("b"), .error("c")]
    #expect(
      mistakes.report == """
        session-gateway did not start: 2 mistakes in the settings.
          a
          c
          warning: b
        `session-gateway serve --help` explains every setting.
        """)
    #expect([SettingMistake.warning("b")].report == "  warning: b")
  }
}
