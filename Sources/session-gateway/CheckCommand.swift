/// `session-gateway check`: examines what a gateway with these settings would meet, and says what to
/// do about it.

internal import ArgumentParser
internal import Doctor
internal import Glibc
internal import Primitives
internal import Settings

struct CheckCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Examines the settings and the Redis behind them, with a remedy for each fault.",
    usage: "session-gateway check [--strict] [--json] [--sessions N --size B] [settings of serve]",
    discussion: """
      The settings are those of serve: the same flags, environment and file. Seeds
      and then every node of the cluster are asked, one after the other; each
      question has a time limit. Nothing is started and nothing is written, here or
      in Redis: commands are tried on a key that does not exist, in a form that
      changes nothing.

      Looked at are this machine's descriptors, the gateway's certificates and
      tokens; seeds and nodes, TLS, credentials, the commands that the ACL must
      allow, Redis's version; the cluster's state, slots, replicas and hosts;
      memory, eviction, persistence, node timeout; clocks, and the time of 100 pings
      to each node.

        --sessions N    how many sessions will live at once, to judge memory by
        --size B        their mean payload, such as 4096 or 4KiB [4KiB]
        --timeout S     turn to no further node after 1 to 600 seconds [60]
        --strict        exit with 1 when there are warnings
        --json          the findings as JSON

      EXIT STATUS
        0   everything is in order, or there are warnings only
        1   there are warnings, and --strict was given
        2   something fails, or the settings are wrong

      WHAT MAY BE MISSING
        A Redis user for the gateway alone needs more rights for a full examination
        than for serving: +info +cluster|info +cluster|nodes +config|get. What they
        would show is a warning without them. Or examine as an administrator, with
        --redis-user and another --redis-password-file.

      EXAMPLES
        Before the first start, and from cron:
          session-gateway check --config /etc/session-gateway/gateway.yaml --strict

        Will a million sessions of 20 KiB fit?
          session-gateway check --config gateway.yaml --sessions 1000000 --size 20KiB
      """)

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  var arguments: [String] = []

  func run(with arguments: [String]) throws {
    var rest = arguments
    let isStrict = SettingsArguments.takeSwitch("--strict", from: &rest)
    let isJSON = SettingsArguments.takeSwitch("--json", from: &rest)
    let sessions = try SettingsArguments.count("--sessions", 1...1_000_000_000, from: &rest)
    let size = try SettingsArguments.count("--size", 0...1 << 30, from: &rest)
    let seconds = try SettingsArguments.count("--timeout", 1...600, from: &rest) ?? 60
    if size != nil, sessions == nil { throw ValidationError("--size needs --sessions") }
    let settings = try SettingsArguments.load(rest)
    let facts = Doctor.look(
      settings, expecting: sessions.map { ExpectedSessions(count: $0, size: size ?? 4_096) },
      patience: .seconds(seconds))
    let report = Report(facts, isColored: Self.isColored)
    print(isJSON ? report.json : report.text)
    switch report.verdict {
    case .ok: break
    case .warn: if isStrict { throw ExitCode(1) }
    case .fail: throw ExitCode(2)
    }
  }

  /// Whether somebody looks at a terminal that may be coloured (no-color.org).
  private static var isColored: Bool {
    unsafe isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
  }
}
