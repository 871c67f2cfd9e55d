// The commands that the gateway sends, each in a form that changes nothing: on a key that does not
// exist, or with an argument that is refused after the access check. Redis checks access before it
// looks at slots, memory or arguments, so any answer but NOPERM means that the command is allowed.
// Rejected: ACL DRYRUN, which would answer without running the command, but needs an
// administrator's rights.

import Primitives
import Redis

/// A command that the gateway's user must be allowed to run.
public enum NeededCommand: String, CaseIterable, Sendable {
  case get, getex, getrange, set, pttl, pexpire, unlink
  case setrange, strlen, rename, time, evalsha
  case scriptLoad = "script|load"
  case clusterSlots = "cluster|slots"
  case clusterNodes = "cluster|nodes"
  case clusterMyID = "cluster|myid"
  case asking, readonly
  case clientInfo = "client|info"
  case clientKill = "client|kill"
  case info

  /// What is lost without it; nil if sessions cannot be served without it.
  var loss: String? {
    switch self {
    // They kill the connection that was lost to a hung node, and with it the writes still waiting
    // there.
    case .clientInfo, .clientKill: "lost writes may take effect late"
    // It shows how fresh a replica is.
    case .info: "no replica serves reads"
    // It reports the epochs that reveal whether a view of the cluster is outdated.
    case .clusterNodes: "an outdated view of the cluster may be adopted"
    // It tells whether the node is the one that was at its address before.
    case .clusterMyID: "another Redis at a node's address may be given sessions"
    default: nil
    }
  }

  /// The commands that the gateway sends to a cluster or a single node, with reads from replicas or
  /// without.
  public static func all(cluster: Bool, replicas: Bool) -> [NeededCommand] {
    allCases.filter { command in
      switch command {
      case .clusterSlots, .clusterNodes, .clusterMyID, .asking: cluster
      case .readonly, .info: cluster && replicas
      default: true
      }
    }
  }

  /// The words of a harmless attempt on `key`, which does not exist.
  func words(_ key: String) -> [String] {
    switch self {
    case .get, .pttl, .unlink, .strlen: [rawValue, key]
    case .getex: ["getex", key, "PX", "1"]
    case .getrange: ["getrange", key, "0", "0"]
    case .set: ["set", key, "", "XX", "PX", "1"]
    case .pexpire: ["pexpire", key, "1"]
    case .setrange: ["setrange", key, "0", ""]
    case .rename: ["rename", key, key]
    case .time, .asking, .readonly: [rawValue]
    case .evalsha: ["evalsha", String(repeating: "0", count: 40), "1", key]
    // Not valid Lua: Redis compiles it, refuses it, and keeps nothing.
    case .scriptLoad: ["script", "load", "("]
    case .clusterSlots: ["cluster", "slots"]
    case .clusterNodes: ["cluster", "nodes"]
    case .clusterMyID: ["cluster", "myid"]
    case .clientInfo: ["client", "info"]
    case .info: ["info", "replication"]
    // Not a number: refused before any client is killed.
    case .clientKill: ["client", "kill", "id", "none"]
    }
  }

  /// A key of `namespace` that no session has: `sg:{NAMESPACE:` and 128 random bits.
  static func randomKey(in namespace: String, _ entropy: inout Entropy) -> String {
    let bits = [entropy.bits(), entropy.bits()].map { String($0, radix: 16) }.joined()
    return "sg:{\(namespace):session-gateway-check-\(bits)}"
  }
}

/// The outcome of the attempts.
public struct CommandRights: Hashable, Sendable {
  /// The commands that the user may not run.
  public var forbidden: [NeededCommand] = []
  /// The keys that the user may not access, as patterns: `sg:*`, or those of single namespaces.
  public var lackingKeys: [String] = []

  /// All rights are there.
  public init() {}

  /// The missing rights, in the form that `ACL SETUSER` takes.
  var lacking: [String] { forbidden.map { "+\($0.rawValue)" } + lackingKeys.map { "~\($0)" } }

  /// Whether sessions can be served with these rights.
  var suffice: Bool { lackingKeys.isEmpty && forbidden.allSatisfy { $0.loss != nil } }

  /// What is lost even if the rights suffice, each loss once.
  var losses: [String] {
    var losses: [String] = []
    for loss in forbidden.compactMap(\.loss) where !losses.contains(loss) { losses.append(loss) }
    return losses
  }

  /// Records the answer to the attempt at `command` on a key of `pattern`.
  mutating func take(_ answer: Answer, to command: NeededCommand, on pattern: String) {
    guard case .error(.noPermission, let isAboutKeys) = answer else { return }
    if !isAboutKeys {
      if !forbidden.contains(command) { forbidden.append(command) }
    } else if !lackingKeys.contains(pattern) {
      lackingKeys.append(pattern)
    }
  }
}
