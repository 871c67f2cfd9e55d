// The first commands of a new connection to a node, in one write: AUTH, CLIENT SETNAME, CLIENT KILL
// of the previous connection, CLIENT INFO, CLUSTER MYID, READONLY. The store's commands may follow in
// the same write only if no password is needed; the caller decides.
//
// A node that was silent for long may still have unread commands of the previous connection. It
// reads that connection piece by piece beside this one, so that one must be ended before this one
// asks anything that an old command could change afterwards.

public import Primitives

/// The user and password for a node. Secret: they have no description.
public struct NodeCredentials: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
  fileprivate let user: String?
  fileprivate let password: String

  /// A password, for the default user unless another is named (`requirepass`).
  public init(user: String? = nil, password: String) {
    self.user = user
    self.password = password
  }

  /// Reveals nothing.
  public var description: String { "NodeCredentials(redacted)" }

  /// Reveals nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The first commands of a connection, and the meaning of their replies.
public struct NodeGreeting: Equatable, Sendable {
  /// The meaning of a reply.
  public enum Verdict: Equatable, Sendable {
    /// More replies are to come.
    case `continue`
    /// The connection may be used.
    case ready
    /// The node refuses, and will do so until an operator changes something, unless the error is a
    /// passing state of the node.
    case refused(RedisError)
    /// The reply does not belong to these commands: the connection is out of step.
    case unexpected
  }

  /// Which node of which cluster answers, as far as it was asked and may be asked.
  public enum Identity: Equatable, Sendable {
    /// It did not say.
    case unknown
    /// The node of a cluster with this id.
    case member(String)
    /// A Redis without a cluster.
    case standalone
  }

  private enum Step: Equatable {
    case authenticate, name
    case end(NodeClient)
    case identify, member, readFromReplica
  }

  /// The name that `CLIENT LIST` shows.
  public static let clientName: StaticString = "session-gateway"

  /// The commands, in their order.
  private let steps: [Step]
  /// Which node answered.
  public private(set) var identity = Identity.unknown
  /// The node's name for this connection, once it has reported it; nil if it does not.
  public private(set) var client: NodeClient?
  private var answered = 0
  private var end: Verdict?

  /// A greeting whose commands are to be written with `write`.
  ///
  /// - Parameters:
  ///   - authenticates: whether to send `AUTH`.
  ///   - readsFromReplica: whether to send `READONLY`, which lets a replica answer reads.
  ///   - predecessor: the connection that this one replaces; it is ended.
  ///   - asksIdentity: whether to send `CLUSTER MYID`.
  public init(
    authenticates: Bool, readsFromReplica: Bool = false, predecessor: NodeClient? = nil,
    asksIdentity: Bool = false
  ) {
    var steps: [Step] = authenticates ? [.authenticate, .name] : [.name]
    if let predecessor { steps.append(.end(predecessor)) }
    steps.append(.identify)
    if asksIdentity { steps.append(.member) }
    if readsFromReplica { steps.append(.readFromReplica) }
    self.steps = steps
  }

  /// The number of replies that the greeting expects.
  public var replies: Int { steps.count }

  /// Appends the commands. `credentials` are required exactly if the greeting authenticates.
  public func write(_ credentials: NodeCredentials?, to output: inout ByteBuffer) {
    precondition(
      (steps.first == .authenticate) == (credentials != nil), "AUTH is said by who has a password")
    for step in steps { Self.write(step, credentials, to: &output) }
  }

  private static func write(
    _ step: Step, _ credentials: NodeCredentials?, to output: inout ByteBuffer
  ) {
    switch step {
    case .authenticate:
      if let credentials { writeAuth(credentials, to: &output) }
    case .name:
      CommandWriter.begin(3, "CLIENT", in: &output)
      CommandWriter.argument("SETNAME", in: &output)
      CommandWriter.argument(clientName, in: &output)
    case .end(let predecessor): writeEnd(of: predecessor, to: &output)
    case .identify:
      CommandWriter.begin(2, "CLIENT", in: &output)
      CommandWriter.argument("INFO", in: &output)
    case .member:
      CommandWriter.begin(2, "CLUSTER", in: &output)
      CommandWriter.argument("MYID", in: &output)
    case .readFromReplica: CommandWriter.begin(1, "READONLY", in: &output)
    }
  }

  /// Judges the next reply. A final verdict stays.
  ///
  /// 1. A reply is a status or an error; anything else is unexpected, except for those of CLIENT
  ///    KILL (a number) and CLIENT INFO (a text).
  /// 2. `NOAUTH`, `WRONGPASS` and `BUSY` refuse the connection, whichever command they answer.
  /// 3. So does `LOADING` to CLUSTER MYID, which a node does not answer before it serves.
  /// 4. Any other error refuses it, too, except an error to CLIENT or CLUSTER MYID, which an ACL
  ///    may forbid.
  public mutating func judge(_ reply: borrowing Reply) -> Verdict {
    if let end { return end }
    let step = steps[answered]
    let verdict = judge(reply, step)
    if step == .identify { client = NodeClient(reply) }
    if step == .member { identity = Identity(reply) }
    answered += 1
    if verdict != .continue { end = verdict }
    return verdict
  }

  private func judge(_ reply: borrowing Reply, _ step: Step) -> Verdict {
    let passed: Verdict = answered + 1 == replies ? .ready : .continue
    switch (reply.kind, step) {
    case (.status, _), (.integer, .end), (.string, .identify), (.string, .member): return passed
    case (.error, _): break
    case (.string, _), (.integer, _), (.null, _), (.array, _): return .unexpected
    }
    let error = RedisError(reply.string())
    switch (error, step) {
    // A busy node would skip the command that ends the previous connection, and refuse all others,
    // too.
    case (.noAuth, _), (.wrongPassword, _), (.busy, _): return .refused(error)
    // It cannot yet say who it is, and must not be taken for another once it serves.
    case (.loading, .member): return .refused(error)
    case (_, .name), (_, .end), (_, .identify), (_, .member): return passed
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

extension NodeGreeting.Identity {
  /// The answer to `CLUSTER MYID`.
  fileprivate init(_ reply: borrowing Reply) {
    switch reply.kind {
    case .string: self = .member(reply.string().text)
    case .error where RedisError(reply.string()) == .clusterDisabled: self = .standalone
    default: self = .unknown
    }
  }
}
