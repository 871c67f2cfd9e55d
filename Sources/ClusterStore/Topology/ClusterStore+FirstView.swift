// Whose view is adopted first. At the start there is no table to compare a view with, and a seed is
// an address that was written down long ago: by now a node of another cluster may answer there. If
// each worker followed the first seed to answer, one gateway's sessions could end up in two
// clusters. So:
//
// 1. The view of a cluster to which most seeds belong, because they reported it or are listed in
//    it, is adopted at once.
// 2. Until there is one, the seeds that no view lists are asked as well, and connected again if
//    that failed. They are waited for until each has given a view or a useless answer, but for two
//    seconds at most, since a seed may be gone.
// 3. Then the cluster with the most seeds wins; among equals, the one whose seed is configured
//    first. Of its views, the youngest is followed.

import Primitives
import Redis

/// A seed's view from before there was a table.
struct FirstView {
  var link: Link
  var topology: Topology
  var epochs: NodeEpochs
}

extension ClusterStore {
  /// Whether the first view, among those of several seeds, is still to be chosen.
  var seeksFirstView: Bool { deployment == .unknown && configuration.seeds.count > 1 }

  /// Keeps a seed's view until the first view is chosen.
  mutating func keepFirst(
    _ topology: Topology, _ epochs: NodeEpochs, toldBy link: Link, at now: Instant
  ) {
    if refresh.firstViews.isEmpty { refresh.settledBy = now + configuration.limits.firstView }
    refresh.firstViews.removeAll { $0.link == link }
    refresh.firstViews.append(FirstView(link: link, topology: topology, epochs: epochs))
    settleFirst(at: now)
    guard !refresh.firstViews.isEmpty else { return }
    // The next seed is asked at once.
    refresh.notBefore = now
    wantRefresh(at: now)
  }

  /// Adopts the first view, once it can be chosen.
  mutating func settleFirst(at now: Instant) {
    let views = refresh.firstViews
    let best = views.max { support(of: $0, in: views) < support(of: $1, in: views) }
    guard let best else { return }
    let isMost = 2 * support(of: best, in: views).count > configuration.seeds.count
    if !isMost, now < refresh.settledBy, !unheardSeeds().isEmpty {
      openSeeds(at: now)
      return check(at: refresh.settledBy)
    }
    refresh.firstViews = []
    refresh.isWanted = false
    for view in views {
      if view.topology.isOfCluster(of: best.topology) {
        // From the second on, a view is either younger or not adopted.
        follow(view.topology, view.epochs, toldBy: view.link, at: now)
      } else {
        counters.staleViews += 1
        refuseView(of: view.link, .anotherCluster, at: now)
      }
    }
  }

  /// A seed that can be asked and has reported nothing yet; a different one each time.
  mutating func unheardSeed() -> Link? {
    let ready = unheardSeeds().filter { nodes[$0].isAskable }
    let next = ready.first { $0.index > refresh.lastAsked } ?? ready.first
    if let next { refresh.lastAsked = Int(next.index) }
    return next
  }

  /// The seeds that may still report a different cluster from those already reported.
  private func unheardSeeds() -> [Link] {
    let listed = Set(refresh.firstViews.flatMap(\.topology.endpoints))
    return (0..<nodes.places).compactMap { nodes.ticket(at: $0) }.filter { link in
      nodes[link].isSeed && nodes[link].viewRefusal == nil
        && !listed.contains(nodes[link].endpoint)
        && !refresh.firstViews.contains { $0.link == link }
    }
  }

  /// How many seeds belong to a view's cluster, and, to break ties, a number that is greater the
  /// earlier the first of them is configured.
  private func support(of view: FirstView, in views: [FirstView]) -> (count: Int, first: Int) {
    var listed: Set<Endpoint> = []
    for kin in views where kin.topology.isOfCluster(of: view.topology) {
      listed.formUnion(kin.topology.endpoints)
      listed.insert(nodes[kin.link].endpoint)
    }
    let places = configuration.seeds.indices.filter { listed.contains(configuration.seeds[$0]) }
    return (places.count, -(places.first ?? .max))
  }
}

extension Topology {
  /// Whether two views share a node, or one of them lists no node ids.
  fileprivate func isOfCluster(of other: Topology) -> Bool {
    ids.isEmpty || other.ids.isEmpty || !ids.isDisjoint(with: other.ids)
  }
}
