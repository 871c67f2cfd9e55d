/// `session-gateway healthcheck`: asks a gateway on this machine how it is. A container's
/// HEALTHCHECK and a unit's condition need no other program for it.

internal import ArgumentParser
internal import Primitives
internal import Reactor
internal import Settings

struct HealthcheckCommand: SettingsCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Asks the gateway on this machine whether it is ready.",
    usage: "session-gateway healthcheck [--path PATH] [--timeout SECONDS] [settings of serve]",
    discussion: """
      The address and whether it speaks TLS come from the settings that serve has:
      the same flags, environment and file. It exits with 0 when the answer's status
      is 200, else with 1.

        --path PATH          what to ask for [/readyz]; /livez asks nothing of Redis
        --timeout SECONDS    how long to wait, 1 to 60 [3]
        --cert FILE, --key FILE
                             what to show a gateway that asks for a certificate (PEM)

      EXAMPLE
        HEALTHCHECK CMD ["session-gateway", "healthcheck"]
      """)

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  var arguments: [String] = []

  func run(with arguments: [String]) throws {
    var rest = arguments
    let path = try SettingsArguments.take("--path", from: &rest) ?? "/readyz"
    let seconds = Int(try SettingsArguments.take("--timeout", from: &rest) ?? "3")
    let certificate = try SettingsArguments.take("--cert", from: &rest)
    let key = try SettingsArguments.take("--key", from: &rest)
    guard let seconds, (1...60).contains(seconds) else {
      throw ValidationError("--timeout is 1 to 60 seconds")
    }
    guard path.hasPrefix("/"), path.utf8.allSatisfy({ (33...126).contains($0) }) else {
      throw ValidationError("--path begins with / and holds visible ASCII only")
    }
    let settings = try SettingsArguments.load(rest)
    // Operators' pages have moved where they have a listener of their own, plain HTTP.
    let listen = settings.adminListen ?? settings.listen
    let probe = Probe(
      host: Self.reachable(listen.host), port: listen.port, path: path,
      isSecure: settings.tls != nil && settings.adminListen == nil, certificate: certificate,
      key: key, patience: .seconds(seconds))
    do throws(ProbeFault) {
      let status = try probe.run()
      if status == 200 { return }
      StandardError.write("\(path) answers \(status)")
    } catch {
      StandardError.write("\(path) is not answered: \(error)")
    }
    throw ExitCode(1)
  }

  /// Where a listener of all addresses is met.
  private static func reachable(_ host: String) -> String {
    switch host {
    case "", "*", "0.0.0.0": "127.0.0.1"
    case "::": "::1"
    // As the listener takes it, whatever the system's table of hosts says.
    case "localhost": "127.0.0.1"
    default: host
    }
  }
}
