// What a new connection to a node says first, in one write: AUTH, CLIENT SETNAME, CLIENT KILL of the
// connection before it, CLIENT INFO, READONLY. Commands of the store may follow in the same write only
// when no password is needed; the caller decides.
//
// A node that was silent for long may still have commands of the former connection to read. It reads
// that one piece by piece beside this one, so it must be ended before anything is asked here that an
// old command could change afterwards.

public import Primitives

/// The user and password of a node. Secrets: they have no description.
public struct NodeCredentials: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
  fileprivate let user: String?
  fileprivate let password: String

  /// A password, of the default user when no other is named (`requirepass`).
  public init(user: String? = nil, password: String) {
    self.user = user
    self.password = password
  }

  /// Says nothing.
  public var description: String { "NodeCredentials(redacted)" }

  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The first commands of a connection, and what their answers mean.
public struct NodeGreeting: Equatable, Sendable {
  /// What an answer means.
  public enum Verdict: Equatable, Sendable {
    /// More answers are to come.
    case `continue`
    /// The connection may be used.
    case ready
    /// The node refuses, and will refuse again until somebody changes something; unless the error
    /// is a state of the node that passes.
    case refused(RedisError)
    /// The answer is none to these commands: the connection is out of step.
    case unexpected
  }

  private enum Step: Equatable { case authenticate, name, end, identify, readFromReplica }

  /// The name that `CLIENT LIST` shows.
  public static let clientName: StaticString = "session-gateway"

  private let authenticates: Bool
  private let readsFromReplica: Bool
  private let predecessor: NodeClient?
  /// How the node calls this connection, once it has said so; nil where it does not.
  public private(set) var client: NodeClient?
  private var answered = 0
  private var end: Verdict?

  /// A greeting whose commands are to be written with `write`.
  ///
  /// - Parameters:
  ///   - authenticates: whether `AUTH` is said.
  ///   - readsFromReplica: whether `READONLY` is said, which lets a replica answer reads.
  ///   - predecessor: the connection that this one takes the place of; it is ended.
  public init(
    authenticates: Bool, readsFromReplica: Bool = false, predecessor: NodeClient? = nil
  ) {
    self.predecessor = predecessor
    self.authenticates = authenticates
    self.readsFromReplica = readsFromReplica
  }

  /// How many answers the greeting expects.
  public var replies: Int { steps.count }

  private var steps: [Step] {
    (authenticates ? [.authenticate] : []) + [.name] + (predecessor == nil ? [] : [.end])
      + [.identify] + (readsFromReplica ? [.readFromReplica] : [])
  }

  /// Appends the commands. `credentials` are needed exactly when the greeting authenticates.
  public func write(_ credentials: NodeCredentials?, to output: inout ByteBuffer) {
    precondition(authenticates == (credentials != nil), "AUTH is said by who has a password")
    if let credentials { Self.writeAuth(credentials, to: &output) }
    CommandWriter.begin(3, "CLIENT", in: &output)
    CommandWriter.argument("SETNAME", in: &output)
    CommandWriter.argument(Self.clientName, in: &output)
    if let predecessor { Self.writeEnd(of: predecessor, to: &output) }
    CommandWriter.begin(2, "CLIENT", in: &output)
    CommandWriter.argument("INFO", in: &output)
    if readsFromReplica {
      CommandWriter.begin(1, "READONLY", in: &output)
    }
  }

  /// Judges the next answer. Once the verdict is final it stays.
  ///
  /// 1. An answer is a status or an error; anything else is unexpected, but for what CLIENT KILL
  ///    (a number) and CLIENT INFO (a text) answer.
  /// 2. `NOAUTH`, `WRONGPASS` and `BUSY` refuse the connection, whichever command they answer.
  /// 3. Any other error refuses it too, except for CLIENT's, which an access list may forbid.
  public mutating func judge(_ reply: borrowing Reply) -> Verdict {
    if let end { return end }
    let step = steps[answered]
    let verdict = judge(reply, step)
    if step == .identify { client = NodeClient(reply) }
    answered += 1
    if verdict != .continue { end = verdict }
    return verdict
  }

  private func judge(_ reply: borrowing Reply, _ step: Step) -> Verdict {
    let passed: Verdict = answered + 1 == replies ? .ready : .continue
    switch reply.kind {
    case .status: return passed
    case .error: break
    case .integer where step == .end: return passed
    case .string where step == .identify: return passed
    case .string, .integer, .null, .array: return .unexpected
    }
    let error = RedisError(reply.string())
    switch (error, step) {
    // Who is busy would leave out what ends the connection before this one, and refuse all else, too.
    case (.noAuth, _), (.wrongPassword, _), (.busy, _): return .refused(error)
    case (_, .name), (_, .end), (_, .identify): return passed
    default: return .refused(error)
    }
  }

  private static func writeEnd(of client: NodeClient, to output: inout ByteBuffer) {
    CommandWriter.begin(6, in: &output)
    for word: StaticString in ["CLIENT", "KILL", "ID"] {
      CommandWriter.argument(word, in: &output)
    }
    CommandWriter.argument(decimal: client.id, in: &output)
    CommandWriter.argument("ADDR", in: &output)
    CommandWriter.argument(text: client.address, in: &output)
  }

  private static func writeAuth(_ credentials: NodeCredentials, to output: inout ByteBuffer) {
    CommandWriter.begin(credentials.user == nil ? 2 : 3, "AUTH", in: &output)
    if let user = credentials.user { CommandWriter.argument(text: user, in: &output) }
    CommandWriter.argument(text: credentials.password, in: &output)
  }
}
