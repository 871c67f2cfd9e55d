// The command line: one file per command. Each command turns arguments into a call, and the outcome
// into an exit status: 0 for success, 2 for a mistake in the settings; an unknown command exits
// with 64, swift-argument-parser's own status.

import ArgumentParser
import Glibc

@main
struct SessionGateway: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "session-gateway",
    abstract: "Keeps web sessions in Redis, behind a small HTTP interface.",
    discussion: """
      A front-end puts, gets, touches and deletes sessions over HTTP/1.1; the gateway
      keeps them in a Redis Cluster, or, to try it out, in its own memory.

      EXAMPLES
        Try it, without Redis, on http://127.0.0.1:8080:
          session-gateway serve

        Keep sessions in a cluster; any of its nodes will do as seeds:
          session-gateway serve --redis 10.0.0.1:7000,10.0.0.2:7000 \\
            --redis-tls --redis-ca ca.pem --redis-password-file redis.password

        Serve other machines, with tokens, from a file of settings:
          session-gateway serve --config gateway.yaml --listen 0.0.0.0:8080 \\
            --tokens-file tokens

        Check all of it, with a remedy for each fault:
          session-gateway check --config gateway.yaml

        Make a token for a caller, and the line for that file:
          session-gateway token --namespace shop --rights read,write --name shop-web

      SEE ALSO
        session-gateway serve --help       every setting, its default and its meaning
        curl 127.0.0.1:8080/openapi.yaml   the HTTP contract of a running gateway
        README.md, docs/                   how it works, and why
      """,
    version: Version.number,
    subcommands: [
      ServeCommand.self, CheckCommand.self, PlanCommand.self, TokenCommand.self,
      HealthcheckCommand.self, BenchCommand.self,
    ])

  /// Runs the subcommand that the arguments name. Arguments that it refuses while it runs are
  /// reported with its own usage; the parser's `main` would show the whole program's.
  static func main() {
    do {
      var command = try parseAsRoot()
      do {
        try command.run()
        try flush()
      } catch let error as ValidationError {
        let kind = type(of: command)
        StandardError.write(
          """
          Error: \(error.message)
          Usage: \(usageString(for: kind))
            See 'session-gateway \(kind.configuration.commandName ?? "") --help' for more information.
          """)
        exit(withError: ExitCode.validationFailure)
      }
    } catch {
      exit(withError: error)
    }
  }

  /// Output that cannot be written, to a full disk for example, makes the command fail. A reader
  /// that has read enough does not.
  private static func flush() throws {
    guard fflush(nil) != 0, errno != EPIPE else { return }
    StandardError.write("standard output: \(unsafe String(cString: strerror(errno)))")
    throw ExitCode.failure
  }
}
