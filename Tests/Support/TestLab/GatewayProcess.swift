// The built program, as its users run it. Which build is taken: the one that
// SESSION_GATEWAY_BINARY names, else the one beside the test bundle, which `swift test` has just
// made.

import Foundation

/// A running `session-gateway serve`; it ends with its last reference.
public final class GatewayProcess: Sendable {
  /// What a new gateway is waited for.
  public enum Readiness: Sendable {
    /// Nothing: the test wants to see it fail.
    case none
    /// `/livez` answers 200.
    case live
    /// `/readyz` answers 200: the store serves.
    case ready
  }

  /// The TCP port on 127.0.0.1 that it listens on.
  public let port: Int
  /// The process.
  public let process: ChildProcess
  private let folder: TemporaryFolder

  /// The path of the program.
  public static var program: String {
    if let named = ProcessInfo.processInfo.environment["SESSION_GATEWAY_BINARY"], !named.isEmpty {
      return named
    }
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    return ((bundle ?? "") as NSString).deletingLastPathComponent + "/session-gateway"
  }

  /// Starts `program serve` on a free port and waits as told.
  ///
  /// - Parameters:
  ///   - flags: what follows `serve --listen 127.0.0.1:<port>`.
  ///   - environment: set on top of the run's own, of which SESSION_GATEWAY_… is left out. Unless it
  ///     or a flag says otherwise, doors close at once on SIGTERM, since most tests wait for nobody, and
  ///     requests have 40 s: ten, the default, may pass while a busy machine holds Redis up.
  public init(
    _ flags: [String] = [], environment: [String: String] = [:], port: Int? = nil,
    until readiness: Readiness = .live, program: String = GatewayProcess.program
  ) throws {
    let patient = ["SESSION_GATEWAY_DRAIN_GRACE": "0s", "SESSION_GATEWAY_DEADLINE": "40s"]
    folder = try TemporaryFolder()
    self.port = try port ?? FreePorts.one()
    process = try ChildProcess(
      program, ["serve", "--listen", "127.0.0.1:\(self.port)"] + flags,
      environment: patient.merging(environment) { $1 },
      log: folder.file("gateway.log"))
    switch readiness {
    case .none: break
    case .live: try wait(for: "/livez")
    case .ready: try wait(for: "/readyz")
    }
  }

  /// Waits until `path` answers 200; fails at once when the gateway ends.
  public func wait(for path: String, within limit: Duration = .seconds(60)) throws {
    try process.wait(until: "\(path) answers 200", within: limit) {
      (try? RawHTTP(port: port).exchange("GET", path).status) == 200
    }
  }

  /// All that it logged.
  public var log: String { text(of: process.log) }

  /// `http://127.0.0.1:<port>` followed by `path`.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// A new connection to it.
  public func connect() throws -> RawHTTP { try RawHTTP(port: port) }

  /// A number of `/metrics`: the sum of all samples whose line starts with `name`, 0 where there is
  /// none.
  public func metric(_ name: String) throws -> Int {
    let lines = try connect().exchange("GET", "/metrics").text.split(separator: "\n")
    return lines.filter { $0.hasPrefix(name) }.reduce(0) {
      $0 + (Int($1.split(separator: " ").last ?? "") ?? 0)
    }
  }

  /// Asks one that drains to end at once. So soon behind the first, another SIGTERM would be its echo.
  public func terminateAgain() {
    usleep(200_000)
    process.terminate()
  }

  /// Asks it to end (SIGTERM), waits until it has, and says how it ended.
  @discardableResult
  public func terminate(within limit: Duration = .seconds(60)) throws -> ExitStatus {
    process.terminate()
    return try process.wait(within: limit)
  }
}
