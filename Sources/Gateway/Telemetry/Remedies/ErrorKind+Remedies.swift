// What a node's refusal means to an operator: what is wrong, and what to check.

import ClusterStore

extension ErrorKind {
  /// A sentence for the log and `/health`.
  var detail: String {
    switch self {
    case .clusterdown: "the cluster is down, or the node is cut off from it: see its CLUSTER INFO"
    case .masterdown: "it is a replica that has lost its primary"
    case .loading: "it is loading its data"
    case .readonly: "it is a replica: the primary is another node"
    case .busy: "a script has been running on it for too long"
    case .noreplicas: "it has fewer replicas than its min-replicas-to-write"
    case .oom: "its maxmemory is used up"
    case .misconf: "it cannot save its data and refuses writes: see its log"
    case .noauth, .wrongpass: "check --redis-user and the password"
    case .noperm: "the ACL user lacks a command or the keys sg:*: run session-gateway check"
    case .moved, .ask, .malformedRedirect, .tryagain, .noscript, .wrongtype, .crossslot,
      .execabort, .noCluster, .other:
      "it replies with an unexpected error: see its log"
    }
  }
}
