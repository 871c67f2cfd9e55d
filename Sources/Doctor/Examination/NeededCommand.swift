// The commands that the gateway sends, each in a form that changes nothing: on a key that does not
// exist, or with an argument that is refused after the access list was asked. Redis asks its access
// list before it looks at slots, memory or arguments, so any other error than NOPERM is a yes. (ACL
// DRYRUN says the same without asking the command, but is an administrator's own.)

import Primitives
import Redis

/// A command that the gateway's user must be allowed.
public enum NeededCommand: String, CaseIterable, Sendable {
  case get, getex, getrange, set, pttl, pexpire, unlink
  case setrange, strlen, rename, time, evalsha
  case scriptLoad = "script|load"
  case clusterSlots = "cluster|slots"
  case asking, readonly
  case clientInfo = "client|info"
  case clientKill = "client|kill"
  case info

  /// What is lost without it, if sessions are served all the same.
  var loss: String? {
    switch self {
    // They end what a lost connection left behind on a node that hung.
    case .clientInfo, .clientKill: "lost writes may be done late"
    // It tells how fresh a replica is.
    case .info: "no replica is read from"
    default: nil
    }
  }

  /// The commands that a gateway with such a Redis sends.
  public static func all(cluster: Bool, replicas: Bool) -> [NeededCommand] {
    allCases.filter { command in
      switch command {
      case .clusterSlots, .asking: cluster
      case .readonly, .info: cluster && replicas
      default: true
      }
    }
  }

  /// The words of a try on `key`, which does not exist.
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
    // A text that is no Lua is compiled, refused, and not kept.
    case .scriptLoad: ["script", "load", "("]
    case .clusterSlots: ["cluster", "slots"]
    case .clientInfo: ["client", "info"]
    case .info: ["info", "replication"]
    // No number: refused before anybody is ended.
    case .clientKill: ["client", "kill", "id", "none"]
    }
  }

  /// A key that no session has: `sg:{default:` and 128 random bits.
  static func randomKey(_ entropy: inout Entropy) -> String {
    let bits = [entropy.bits(), entropy.bits()].map { String($0, radix: 16) }.joined()
    return "sg:{default:session-gateway-check-\(bits)}"
  }
}

/// What the tries came to.
public struct CommandRights: Hashable, Sendable {
  /// The commands that the user may not run.
  public var forbidden: [NeededCommand] = []
  /// Whether keys `sg:*` are out of the user's reach.
  public var lacksKeys = false

  /// Every right is there.
  public init() {}

  /// What is to be granted, as `ACL SETUSER` takes it.
  var lacking: [String] { forbidden.map { "+\($0.rawValue)" } + (lacksKeys ? ["~sg:*"] : []) }

  /// Whether sessions are served with them.
  var suffice: Bool { !lacksKeys && forbidden.allSatisfy { $0.loss != nil } }

  /// What is lost where they suffice, each once.
  var losses: [String] {
    var losses: [String] = []
    for loss in forbidden.compactMap(\.loss) where !losses.contains(loss) { losses.append(loss) }
    return losses
  }

  /// Takes the answer to the try of a command.
  mutating func take(_ answer: Answer, to command: NeededCommand) {
    guard case .error(.noPermission, let isAboutKeys) = answer else { return }
    if isAboutKeys { lacksKeys = true } else { forbidden.append(command) }
  }
}
