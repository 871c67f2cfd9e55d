// A real redis-server on loopback, plain or with TLS, alone or as a node of a cluster. Its
// settings, secrets included, are in a file that only this user may read.
//
// Tests have two ways to talk to it. `command` goes by a local socket beside the TCP port: it
// needs no TLS and no second process, so that asking a node costs microseconds and a cluster is
// formed quickly. `cli` goes by redis-cli and the port, as an operator would.

import Glibc
import Synchronization

/// A redis-server of the lab; it ends with its last reference.
public final class RedisServer: Sendable {
  /// How a server speaks TLS.
  public struct TLS: Sendable {
    /// Who signed what it trusts.
    public var authority: CertificateAuthority
    /// What it shows to clients, and to other nodes.
    public var identity: Identity
    /// Whether clients must show a certificate, too.
    public var requiresClientCertificate: Bool

    /// TLS with a new certificate of `authority` for `names`.
    public init(
      authority: CertificateAuthority, name: String = "redis",
      names: [String] = CertificateAuthority.loopback, requiresClientCertificate: Bool = false
    ) throws {
      self.authority = authority
      identity = try authority.issue(name, names: names)
      self.requiresClientCertificate = requiresClientCertificate
    }
  }

  /// What a server is started with.
  public struct Settings: Sendable {
    /// TLS instead of plain TCP.
    public var tls: TLS?
    /// The password of the default user and among nodes.
    public var password: String?
    /// Further users, as an ACL file has them: `app on >secret ~sg:* +@all`.
    public var users: [String] = []
    /// Milliseconds until a node is thought lost; makes the server a cluster's node.
    public var nodeTimeout: Int?
    /// Further lines of redis.conf; a later line beats an earlier one.
    public var lines: [String] = []

    /// A plain server without a password.
    public init() {}
  }

  /// The TCP port on 127.0.0.1.
  public let port: Int
  private let folder: TemporaryFolder
  private let state: Mutex<State>

  private struct State: Sendable {
    var settings: Settings
    var process: ChildProcess
    var isPaused = false
  }

  /// What it was started with, or was changed to since.
  public var settings: Settings { state.withLock { $0.settings } }

  /// Starts a server and waits until it answers.
  public convenience init(_ settings: Settings = Settings(), port: Int? = nil) throws {
    try self.init(starting: settings, port: port ?? FreePorts.one())
    try waitUntilAnswering()
  }

  /// Starts a server and does not wait.
  init(starting settings: Settings, port: Int) throws {
    folder = try TemporaryFolder()
    self.port = port
    state = Mutex(State(settings: settings, process: try Self.start(settings, port, folder)))
  }

  private static func start(
    _ settings: Settings, _ port: Int, _ folder: TemporaryFolder
  ) throws -> ChildProcess {
    let file = try folder.write("redis.conf", configuration(settings, port, folder.path))
    return try ChildProcess("redis-server", [file], log: folder.file("redis.log"))
  }

  /// `127.0.0.1:<port>`.
  public var address: String { "127.0.0.1:\(port)" }

  /// The process that serves now; another one after `restart`.
  public var process: ChildProcess { state.withLock { $0.process } }

  /// All that it logged.
  public var log: String { text(of: folder.file("redis.log")) }

  /// Whether it runs and is not paused.
  public var isServing: Bool { state.withLock { $0.process.isRunning && !$0.isPaused } }

  /// Waits until it answers commands.
  public func waitUntilAnswering() throws {
    try process.wait(until: "redis-server on \(port) answers") {
      (try? command("PING")) == .status("PONG")
    }
  }

  /// Ends it without asking and waits until it is gone (SIGKILL).
  public func kill9() throws {
    process.kill9()
    try process.wait()
  }

  /// Ends it in good order and waits until it is gone (SIGTERM).
  public func terminate() throws {
    process.terminate()
    try process.wait()
  }

  /// Hangs it: its connections stay open and nothing answers (SIGSTOP).
  public func pause() {
    state.withLock {
      $0.process.pause()
      $0.isPaused = true
    }
  }

  /// Lets it go on after `pause`.
  public func resume() {
    state.withLock {
      $0.process.resume()
      $0.isPaused = false
    }
  }

  /// Starts it again with the same port and folder, after ending it if need be, and waits until
  /// it answers.
  public func restart() throws {
    try begin()
    try waitUntilAnswering()
  }

  /// Starts it again as `restart` does and does not wait; `lines` are added to its redis.conf.
  public func begin(with lines: [String] = []) throws {
    try kill9()
    var settings = settings
    settings.lines += lines
    let process = try Self.start(settings, port, folder)
    let changed = settings
    state.withLock { $0 = State(settings: changed, process: process) }
  }

  /// Lets `password` in beside the present one, and says it to other nodes.
  public func accept(password: String) throws {
    try command("ACL", "SETUSER", "default", ">\(password)")
    try command("CONFIG", "SET", "masterauth", password)
  }

  /// Lets in `password` only; `accept` came first.
  public func insist(on password: String) throws {
    guard let old = settings.password, old != password else { return }
    state.withLock { $0.settings.password = password }
    try command("ACL", "SETUSER", "default", "<\(old)")
  }

  /// Drops the connections of its clients, but for replicas and the lab's own.
  public func dropClients() throws { try command("CLIENT", "KILL", "TYPE", "normal") }

  /// Sends one command over the local socket, as the default user, and gives the answer.
  ///
  /// - Throws: a `LabFault` also when the answer is an error.
  @discardableResult
  public func command(_ arguments: String...) throws -> RedisValue {
    let answer = try answer(to: arguments.map { Array($0.utf8) })
    guard case .error(let reason) = answer else { return answer }
    throw LabFault("\(arguments.joined(separator: " ")) on \(port): \(reason)")
  }

  /// Sends a command that answers lines of `name:value`, such as INFO, and gives the lines.
  public func facts(_ arguments: String...) throws -> [String: String] {
    guard case .bytes(let bytes) = try answer(to: arguments.map { Array($0.utf8) }) else {
      throw LabFault("\(arguments.joined(separator: " ")) on \(port) answered no text")
    }
    var facts: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { facts[String(parts[0])] = String(parts[1]) }
    }
    return facts
  }

  /// Sends one command over the local socket, as the default user, and gives the answer, be it
  /// an error.
  public func answer(to arguments: [[UInt8]]) throws -> RedisValue {
    var bytes: [UInt8] = []
    var ahead = 0
    if let password = settings.password {
      bytes = RedisValue.command([Array("AUTH".utf8), Array(password.utf8)])
      ahead = 1
    }
    let wire = try Wire(path: folder.file("socket"))
    try wire.send(bytes + RedisValue.command(arguments), within: .seconds(30))
    var reader = RedisReader()
    while case .bytes(let more) = try wire.receive(within: .seconds(30)) {
      reader.append(more)
      while let answer = try reader.next() {
        // A refused AUTH is the answer, too: it says more than what follows it.
        if ahead == 0 || answer != .status("OK") { return answer }
        ahead -= 1
      }
    }
    throw LabFault("redis-server on \(port) closed the connection")
  }

  /// Runs redis-cli against the TCP port and gives what it printed. `-c` as the first argument
  /// makes it follow redirects.
  public func cli(_ arguments: String...) throws -> String { try cli(arguments) }

  /// Runs redis-cli against the TCP port and gives what it printed.
  public func cli(_ arguments: [String]) throws -> String {
    var connection = ["-h", "127.0.0.1", "-p", "\(port)"]
    if let tls = settings.tls {
      connection += ["--tls", "--cacert", tls.authority.certificate]
      connection += ["--cert", tls.identity.certificate, "--key", tls.identity.key]
    }
    let environment = settings.password.map { ["REDISCLI_AUTH": $0] } ?? [:]
    return try Command.succeed("redis-cli", connection + arguments, environment: environment).text
  }

  private static func configuration(_ settings: Settings, _ port: Int, _ folder: String) -> String {
    var lines = [
      "bind 127.0.0.1", "dir \(folder)", "unixsocket \(folder)/socket", "unixsocketperm 700",
      "save \"\"", "appendonly no", "repl-diskless-sync-delay 0",
    ]
    if let tls = settings.tls {
      lines += [
        "port 0", "tls-port \(port)", "tls-replication yes", "tls-cluster yes",
        "tls-ca-cert-file \(tls.authority.certificate)",
        "tls-cert-file \(tls.identity.certificate)", "tls-key-file \(tls.identity.key)",
        "tls-auth-clients \(tls.requiresClientCertificate ? "yes" : "optional")",
      ]
    } else {
      lines.append("port \(port)")
    }
    if let password = settings.password {
      lines += ["requirepass \"\(password)\"", "masterauth \"\(password)\""]
    }
    if let timeout = settings.nodeTimeout {
      lines += ["cluster-enabled yes", "cluster-node-timeout \(timeout)"]
    }
    lines += settings.users.map { "user \($0)" } + settings.lines
    return lines.joined(separator: "\n") + "\n"
  }
}
