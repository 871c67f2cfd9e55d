// What a node's refusal says to an operator: what is the matter, and what to look at.

import ClusterStore

extension ErrorKind {
  /// A sentence for the log and `/health`.
  var detail: String {
    switch self {
    case .clusterdown: "its cluster is down, or it is cut off from it: see its CLUSTER INFO"
    case .masterdown: "it is a replica, and has lost its primary"
    case .loading: "it reads its data"
    case .readonly: "it is a replica: the primary is another node"
    case .busy: "a script has run for too long there"
    case .noreplicas: "it has fewer replicas than its min-replicas-to-write"
    case .oom: "its maxmemory is used up"
    case .misconf: "it cannot save its data, and takes no writes: see its log"
    case .noauth, .wrongpass: "check --redis-user and the password"
    case .noperm: "the ACL user may not run a command, or not on sg:*: see session-gateway check"
    case .moved, .ask, .malformedRedirect, .tryagain, .noscript, .wrongtype, .crossslot,
      .execabort, .noCluster, .other:
      "it answers with an error that is not expected: see its log"
    }
  }
}
