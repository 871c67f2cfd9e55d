// `session-gateway check`: examines everything that a gateway with these settings would depend on,
// and reports each problem with a remedy.

import ArgumentParser
import Doctor
import Glibc
import Primitives
import Settings

struct CheckCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks the settings and the Redis they name, with a remedy for each fault.",
    usage: """
      session-gateway check [--sessions N [--size B]] [--timeout S]
        [--strict] [--json] [settings of serve]
      """,
    discussion: """
      The settings are those of serve: the same flags, environment and file. The
      seeds and then all nodes of the cluster are examined, one after the other;
      each command has a time limit. Nothing is started and nothing is written, here
      or in Redis: commands are tried on a key that does not exist, in a form that
      changes nothing.

      It examines this machine's descriptors, the gateway's certificates and tokens;
      seeds and nodes, TLS, credentials, the commands that the ACL must allow, the
      version of Redis; the cluster's state, slots, replicas and hosts; memory,
      eviction, persistence, node timeout; clocks, and the time of 100 pings to each
      node.

        --sessions N    the number of sessions alive at once, to judge memory by
        --size B        their mean payload, such as 4096 or 4KiB [4KiB]
        --timeout S     start on no further node after 1 to 600 seconds [60]
        --strict        exit with 1 when there are warnings
        --json          print the findings as JSON

      EXIT STATUS
        0   everything is in order, or there are warnings only
        1   there are warnings, and --strict was given
        2   something fails, or the settings are wrong

      MISSING RIGHTS
        A Redis user made for the gateway alone needs more rights for a full
        examination than for serving: +info +cluster|info +cluster|nodes +config|get.
        Without them, warnings take the place of what they would show. Or run the
        check as an administrator: --redis-user, and another --redis-password-file.

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

  /// Whether the output is a terminal, and NO_COLOR does not forbid colours (no-color.org).
  private static var isColored: Bool {
    unsafe isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
  }
}
