import ArgumentParser
import Bench
import Glibc
import Primitives
import Reactor
import Settings

/// The server under load.
struct BenchServer: ParsableArguments {
  @Flag(help: "Speak TLS to it.")
  var tls = false

  @Option(help: "The authorities its certificate is checked against, PEM. (default: the system's)")
  var ca: String?

  @Option(help: "The certificate for a server that demands one, PEM.")
  var cert: String?

  @Option(help: "The private key of that certificate, PEM.")
  var key: String?

  @Option(help: "The name its certificate carries. (default: the host)")
  var serverName: String?

  @Option(help: "The file that holds the bearer token and nothing else.")
  var tokenFile: String?

  @Option(help: "Its process id, for its CPU time. (default: the process that listens there)")
  var pid: Int?

  @Option(help: .init("The target of a get; {id} is the session's id.", visibility: .hidden))
  var getTarget: String?

  @Option(help: .init("The target of a put; {id} is the session's id.", visibility: .hidden))
  var putTarget: String?

  func validate() throws {
    if (ca ?? cert ?? key ?? serverName) != nil && !tls {
      throw ValidationError("--ca, --cert, --key and --server-name need --tls")
    }
    try ClientCertificate.validate(cert, key)
    for (name, path) in [("ca", ca), ("cert", cert), ("key", key)] {
      guard let path, let fault = ReadableFile.fault(of: path) else { continue }
      throw ValidationError("--\(name): \(path): \(fault)")
    }
    if serverName == "" { throw ValidationError("--server-name is empty; leave it out") }
    for target in [getTarget, putTarget].compactMap(\.self) where !target.hasPrefix("/") {
      throw ValidationError("'\(target)' is not a target; begin it with /")
    }
  }

  /// How to verify the server; nil for plain HTTP.
  var trust: TLSClientSettings? {
    guard tls else { return nil }
    return TLSClientSettings(
      authorities: ca, certificate: cert, key: key, serverName: serverName)
  }

  /// The targets that replace the gateway's own.
  var targets: [LoadOperation: String] {
    var targets: [LoadOperation: String] = [:]
    targets[.get] = getTarget
    targets[.put] = putTarget
    return targets
  }

  /// The token on the first line of the token file; nil when no file is named.
  func token() throws -> Secret? {
    guard let tokenFile else { return nil }
    let content: [UInt8]
    do throws(ValueFault) {
      content = try ReadableFile(path: tokenFile).content()
    } catch {
      throw ValidationError("--token-file: \(tokenFile): \(error.text)")
    }
    let line = content.split(separator: UInt8(ascii: "\n")).first
    let text = line.map { String(decoding: $0, as: UTF8.self) }
    guard let text, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ValidationError("--token-file: the first line of \(tokenFile) is not a token")
    }
    return Secret(text)
  }

  /// The id of the server's process, if it runs on this machine and can be found.
  func process(at plan: LoadPlan) -> Int? {
    if let pid { return pid }
    return ["127.0.0.1", "::1", "localhost"].contains(plan.host)
      ? ProcessTime.listener(at: plan.port) : nil
  }
}
