// `session-gateway serve`: loads the settings, then serves, or prints the mistakes in them.
//
// Its flags are not declared to swift-argument-parser but passed through. They are declared once,
// in the table of settings, which also covers the environment and the file, reports all mistakes at
// once, and generates the list that `--help` prints.

import ArgumentParser
import Gateway
import Settings

struct ServeCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves sessions until it is told to stop (SIGTERM or Ctrl-C).",
    usage: "session-gateway serve [--name VALUE ...]",
    discussion: """
      Without settings it keeps sessions in memory and listens on 127.0.0.1:8080.

      Each flag is also an environment variable (SESSION_GATEWAY_REDIS_CA for
      --redis-ca) and a key of the file that --config names (redis-ca: ca.pem).
      Flags win over the environment, and the environment over the file. All
      mistakes are reported at once; they end the program with exit status 2.

      Write durations as 500ms, 10s, 20m, 1h30m or 7d, sizes as 64KiB, 1MiB or 1GiB,
      and several addresses with commas between them. Defaults are in brackets.

      \(SettingsHelp.list)

      EXAMPLE OF A CONFIG FILE
        listen: 0.0.0.0:8080
        tokens-file: /etc/session-gateway/tokens
        redis: [10.0.0.1:7000, 10.0.0.2:7000]
        redis-tls: true
        idle-timeout: 30m
      """)

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  var arguments: [String] = []

  func run(with arguments: [String]) throws {
    let settings = try SettingsArguments.load(arguments)
    let status = Gateway.run(settings, version: Version.number)
    if status != 0 { throw ExitCode(status) }
  }
}
