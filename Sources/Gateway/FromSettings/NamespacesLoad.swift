// Turns the settings and the tokens into the namespaces that are served, each with its policy.

import API
import Logging
import Primitives
import Sessions
import Settings

/// Makes the list of namespaces.
enum NamespacesLoad {
  /// The namespaces that the tokens name, and `default`, each with its own policy or the default
  /// one.
  static func namespaces(
    of settings: Settings, _ entries: [TokenEntry]?, _ log: Logger
  ) -> NamespaceList {
    guard var standard = Namespace(name: "default") else {
      preconditionFailure("default is a namespace's name")
    }
    standard.idleTimeout = settings.defaultPolicy.idleTimeout.wholeSeconds
    standard.absoluteTimeout = settings.defaultPolicy.absoluteTimeout?.wholeSeconds
    var namespaces = NamespaceList(standard, of: entries ?? []).namespaces
    for policy in settings.policies {
      guard let place = namespaces.firstIndex(where: { $0.name == policy.name }) else {
        log.warning(
          "the config file has a policy for a namespace that no token names",
          metadata: ["namespace": "\(policy.name)"])
        continue
      }
      namespaces[place].follow(policy)
    }
    return NamespaceList(namespaces)
  }
}

extension Namespace {
  fileprivate mutating func follow(_ policy: NamespacePolicy) {
    idleTimeout = policy.timeouts.idleTimeout.wholeSeconds
    absoluteTimeout = policy.timeouts.absoluteTimeout?.wholeSeconds
    writes =
      switch policy.writes {
      case .free: .free
      case .conditional: .conditional
      case .locked: .locked
      }
    largestBody = policy.maxBody
    lease = policy.lockLease.wholeSeconds
    longestLease = policy.lockLeaseMax.wholeSeconds
  }
}
