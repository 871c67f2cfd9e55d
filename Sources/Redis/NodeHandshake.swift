// What a new connection to a node says first, in one write: AUTH, CLIENT SETNAME, READONLY. Commands
// of the store may follow in the same write only when no password is needed; the caller decides.

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
public struct NodeHandshake: Equatable, Sendable {
  /// What an answer means.
  public enum Verdict: Equatable, Sendable {
    /// More answers are to come.
    case `continue`
    /// The connection may be used.
    case ready
    /// The node refuses, and will refuse again until somebody changes something; unless the error
    /// is transient.
    case refused(RedisError)
    /// The answer is none to these commands: the connection is out of step.
    case unexpected
  }

  private enum Step: Equatable { case authenticate, name, readFromReplica }

  /// The name that `CLIENT LIST` shows.
  public static let clientName: StaticString = "session-gateway"

  private let authenticates: Bool
  private let readsFromReplica: Bool
  private var answered = 0
  private var end: Verdict?

  /// A handshake whose commands are to be written with `write`.
  ///
  /// - Parameters:
  ///   - authenticates: whether `AUTH` is said.
  ///   - readsFromReplica: whether `READONLY` is said, which lets a replica answer reads.
  public init(authenticates: Bool, readsFromReplica: Bool = false) {
    self.authenticates = authenticates
    self.readsFromReplica = readsFromReplica
  }

  /// How many answers the handshake expects.
  public var replies: Int { 1 + (authenticates ? 1 : 0) + (readsFromReplica ? 1 : 0) }

  /// Appends the commands. `credentials` are needed exactly when the handshake authenticates.
  public func write(_ credentials: NodeCredentials?, to output: inout ByteBuffer) {
    precondition(authenticates == (credentials != nil), "AUTH is said by who has a password")
    if let credentials { Self.writeAuth(credentials, to: &output) }
    CommandWriter.begin(3, in: &output)
    CommandWriter.argument("CLIENT", in: &output)
    CommandWriter.argument("SETNAME", in: &output)
    CommandWriter.argument(Self.clientName, in: &output)
    if readsFromReplica {
      CommandWriter.begin(1, in: &output)
      CommandWriter.argument("READONLY", in: &output)
    }
  }

  /// Judges the next answer. Once the verdict is final it stays.
  ///
  /// 1. An answer is a status or an error; anything else is unexpected.
  /// 2. `NOAUTH` and `WRONGPASS` refuse the connection, whichever command they answer.
  /// 3. Any other error refuses it too, except for the name's, which an access list may forbid.
  public mutating func judge(_ reply: borrowing Reply) -> Verdict {
    if let end { return end }
    let verdict = judge(reply, step)
    answered += 1
    if verdict != .continue { end = verdict }
    return verdict
  }

  private var step: Step {
    switch answered + (authenticates ? 0 : 1) {
    case 0: .authenticate
    case 1: .name
    default: .readFromReplica
    }
  }

  private func judge(_ reply: borrowing Reply, _ step: Step) -> Verdict {
    let passed: Verdict = answered + 1 == replies ? .ready : .continue
    switch reply.kind {
    case .status: return passed
    case .error: break
    case .string, .integer, .null, .array: return .unexpected
    }
    let error = RedisError(reply.string())
    switch (error, step) {
    case (.noAuth, _), (.wrongPassword, _): return .refused(error)
    case (_, .name): return passed
    default: return .refused(error)
    }
  }

  private static func writeAuth(_ credentials: NodeCredentials, to output: inout ByteBuffer) {
    CommandWriter.begin(credentials.user == nil ? 2 : 3, in: &output)
    CommandWriter.argument("AUTH", in: &output)
    if let user = credentials.user { CommandWriter.argument(text: user, in: &output) }
    CommandWriter.argument(text: credentials.password, in: &output)
  }
}
