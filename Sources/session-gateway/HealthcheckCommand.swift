// `session-gateway healthcheck`: asks a gateway on this machine whether it is healthy, so that a
// container's HEALTHCHECK or a unit's condition needs no other program.

import ArgumentParser
import Primitives
import Reactor
import Settings

struct HealthcheckCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Asks the gateway on this machine whether it is ready.",
    usage: """
      session-gateway healthcheck [--path PATH] [--timeout SECONDS]
        [--cert FILE --key FILE] [settings of serve]
      """,
    discussion: """
      The address, and whether to use TLS, come from the settings of serve: the same
      flags, environment and file. It exits with 0 when the response has status 200,
      and with 1 otherwise.

        --path PATH          the page to request [/readyz]; /livez ignores Redis
        --timeout SECONDS    how long to wait, 1 to 60 [3]
        --cert FILE, --key FILE
                             the certificate for a gateway that demands one (PEM)

      EXAMPLE
        HEALTHCHECK CMD ["session-gateway", "healthcheck"]
      """)

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  var arguments: [String] = []

  func run(with arguments: [String]) throws {
    var rest = arguments
    let path = try SettingsArguments.take("--path", from: &rest) ?? "/readyz"
    let seconds = try SettingsArguments.count("--timeout", 1...60, from: &rest) ?? 3
    let certificate = try SettingsArguments.take("--cert", from: &rest)
    let key = try SettingsArguments.take("--key", from: &rest)
    try ClientCertificate.validate(certificate, key)
    guard path.hasPrefix("/"), path.utf8.allSatisfy({ (33...126).contains($0) }) else {
      throw ValidationError("--path must begin with / and hold only visible ASCII")
    }
    let settings = try SettingsArguments.load(rest)
    // If operators' pages have a listener of their own, they are only there, over plain HTTP.
    let listen = settings.adminListen ?? settings.listen
    let isSecure = settings.tls != nil && settings.adminListen == nil
    do {
      let request = HealthRequest(
        host: Self.reachable(listen.host), port: listen.port, path: path,
        context: isSecure ? try .probe(certificate: certificate, key: key) : nil,
        patience: .seconds(seconds))
      let status = try request.send()
      if status == 200 { return }
      StandardError.write("\(path) returned \(status)")
    } catch {
      StandardError.write("\(path) failed: \(error)")
    }
    throw ExitCode(1)
  }

  /// An address at which a listener on `host` can be reached: loopback if it listens on all.
  private static func reachable(_ host: String) -> String {
    switch host {
    case "", "*", "0.0.0.0": "127.0.0.1"
    case "::": "::1"
    // Like the listener, whatever /etc/hosts says.
    case "localhost": "127.0.0.1"
    default: host
    }
  }
}
