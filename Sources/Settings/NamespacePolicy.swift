// The config file's policies for single namespaces: the mapping `namespaces` of names to policies.
//
//     namespaces:
//       shop:
//         idle-timeout: 30m
//         absolute-timeout: 12h
//         writes: conditional
//
// There are no flags for them. What a policy leaves out is as in the settings for all namespaces.

public import Primitives

/// The policy of one namespace: how its sessions are kept and written.
public struct NamespacePolicy: Equatable, Sendable {
  /// What a `PUT` must carry.
  public enum Writes: String, CaseIterable, Sendable {
    /// Nothing in particular.
    case free
    /// A condition or a lock.
    case conditional
    /// A lock.
    case locked
  }

  /// The namespace's name.
  public let name: String
  /// The timeouts; those for all namespaces unless the policy sets its own.
  public var timeouts: SessionPolicy
  /// What a `PUT` must carry.
  public var writes = Writes.free
  /// The largest payload in bytes; nil for `--max-body`.
  public var maxBody: Int?
  /// The policy's own `lockLease`; nil for 30 s, or for `lockLeaseMax` if that is shorter.
  var ownLockLease: TimeSpan?
  /// The longest lease that a caller may ask for.
  public var lockLeaseMax = TimeSpan.seconds(3_600)

  /// The lease of a lock when the caller does not ask for one.
  public var lockLease: TimeSpan { ownLockLease ?? min(.seconds(30), lockLeaseMax) }

  /// A policy with these timeouts and otherwise the defaults.
  public init(name: String, timeouts: SessionPolicy) {
    self.name = name
    self.timeouts = timeouts
  }
}

/// A key of a policy.
struct PolicyKey: Sendable {
  let name: String
  let read: @Sendable (String, inout NamespacePolicy) throws(ValueFault) -> Void

  init<Value: Sendable>(
    _ name: String, _ kind: ValueKind<Value>,
    at path: any WritableKeyPath<NamespacePolicy, Value> & Sendable
  ) {
    self.name = name
    let read = kind.read
    self.read = { text, policy throws(ValueFault) in policy[keyPath: path] = try read(text) }
  }

  /// Every key that a policy may have.
  static let all = [
    PolicyKey(
      "idle-timeout", .duration(.seconds(1) ... .seconds(31_536_000), whole: true),
      at: \.timeouts.idleTimeout),
    PolicyKey(
      "absolute-timeout", .durationOrNone(.seconds(1) ... .seconds(31_536_000)),
      at: \.timeouts.absoluteTimeout),
    PolicyKey("writes", .choice, at: \.writes),
    PolicyKey(
      "max-body", ValueKind<Int>.size(1...64 << 20).optional(absent: "same as --max-body"),
      at: \.maxBody),
    PolicyKey(
      "lock-lease",
      ValueKind<TimeSpan>.duration(.seconds(1) ... .seconds(3_600), whole: true)
        .optional(absent: "30s, or the longest"),
      at: \.ownLockLease),
    PolicyKey(
      "lock-lease-max", .duration(.seconds(1) ... .seconds(3_600), whole: true),
      at: \.lockLeaseMax),
  ]
}

extension SettingsLoad {
  /// Reads the config file's policies. To be called after `readValues`: a policy begins with the
  /// settings for all namespaces.
  mutating func readPolicies() {
    guard let (config, path) = file else { return }
    for key in config.keys where key.hasPrefix(ConfigFile.policies) {
      guard let (namespace, name) = ConfigFile.policyKey(key),
        let entry = PolicyKey.all.first(where: { $0.name == name })
      else {
        mistakes.append(Self.unknown(key, path))
        continue
      }
      let place = policyPlace(of: namespace)
      do throws(ValueFault) {
        try entry.read(config.text(of: key), &draft.policies[place])
      } catch {
        let key = key.visible
        mistakes.append(.error("\(key) is wrong (from the file \(path)): \(error.text)"))
      }
    }
    for policy in draft.policies { check(policy) }
  }

  private mutating func check(_ policy: NamespacePolicy) {
    let name = "\(ConfigFile.policies)\(policy.name.visible)"
    if policy.lockLease > policy.lockLeaseMax {
      mistakes.append(
        .error("\(name).lock-lease is longer than its lock-lease-max; shorten it, or raise that"))
    }
    if let maxBody = policy.maxBody, maxBody > draft.settings.maxBody {
      mistakes.append(
        .warning("\(name).max-body has no effect beyond --max-body; shorten it, or raise that"))
    }
  }

  private mutating func policyPlace(of namespace: String) -> Int {
    if let place = draft.policies.firstIndex(where: { $0.name == namespace }) { return place }
    draft.policies.append(
      NamespacePolicy(name: namespace, timeouts: draft.settings.defaultPolicy))
    return draft.policies.count - 1
  }

  private static func unknown(_ key: String, _ path: String) -> SettingMistake {
    let keys = PolicyKey.all.map(\.name).joined(separator: ", ")
    return .error(
      "\(key.visible) is not a setting (from the file \(path)): a namespace has \(keys)")
  }
}
