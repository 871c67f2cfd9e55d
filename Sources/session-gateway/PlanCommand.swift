// `session-gateway plan`: what a gateway with these settings may use at most, and the Redis that a
// given number of sessions needs.

import ArgumentParser
import Gateway
import Settings

struct PlanCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Prints every bound, what they add up to, and the Redis that sessions need.",
    usage: """
      session-gateway plan [--nodes N] [--sessions N [--size B] [--rate R]
        [--servers N]] [settings of serve]
      """,
    discussion: """
      The settings are those of serve: the same flags, environment and file. Nothing
      is started and nothing is contacted.

        --nodes N       the number of Redis nodes [6]
        --sessions N    the number of sessions alive at once
        --size B        their mean payload, such as 4096 or 4KiB [4KiB]
        --rate R        requests per second over all gateways [1000]
        --servers N     Redis servers, each with a primary and a replica [3]

      EXAMPLE
        session-gateway plan --sessions 1000000 --size 4KiB --rate 20000 \\
          --idle-timeout 30m
      """)

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  var arguments: [String] = []

  func run(with arguments: [String]) throws {
    var rest = arguments
    let nodes = try SettingsArguments.count("--nodes", 1...1_000, from: &rest) ?? 6
    let sessions = try SettingsArguments.count("--sessions", 1...1_000_000_000, from: &rest)
    let size = try SettingsArguments.count("--size", 0...1 << 30, from: &rest) ?? 4_096
    let rate = try SettingsArguments.count("--rate", 0...1_000_000_000, from: &rest) ?? 1_000
    let servers = try SettingsArguments.count("--servers", 1...1_000, from: &rest) ?? 3
    let settings = try SettingsArguments.load(rest)
    print(Plan(settings, nodes: nodes).text)
    guard let sessions else { return }
    let sizing = RedisSizing(
      sessions: sessions, size: size, rate: rate,
      idleTimeout: settings.defaultPolicy.idleTimeout, servers: servers)
    print("\n" + sizing.text)
  }
}
