// Whose view is the first. At the start there is no table to compare a view with, and a seed is an address
// that somebody wrote down long ago: behind it another cluster's node may answer by now. Workers that
// believed whoever answered first would keep the sessions of one gateway in two clusters. So:
//
//   1. The view of a cluster to which most seeds belong, because they told it or are listed in it, is taken over
//      at once.
//   2. Until there is one, seeds that no view lists are asked as well, and connected to where that failed. They
//      are waited for until all have told, or told nothing of use, and for two seconds at most: a seed may be gone.
//   3. Then the cluster wins to which the most seeds belong; among equals the one whose seed is named first. Of its
//      views the youngest is followed.

import Primitives
import Redis

/// What a seed told before there was a table.
struct FirstView {
  var link: Link
  var topology: Topology
  var epochs: NodeEpochs
}

extension ClusterStore {
  /// Whether the first view is yet to be found, among those of several seeds.
  var seeksFirstView: Bool { deployment == .unknown && configuration.seeds.count > 1 }

  /// Keeps what a seed told, until it is settled which view is the first.
  mutating func keepFirst(_ topology: Topology, toldBy link: Link, at now: Instant) {
    if refresh.firstViews.isEmpty { refresh.settledBy = now + configuration.limits.firstView }
    refresh.firstViews.removeAll { $0.link == link }
    refresh.firstViews.append(FirstView(link: link, topology: topology, epochs: refresh.epochs))
    settleFirst(at: now)
    guard !refresh.firstViews.isEmpty else { return }
    // The next seed is asked at once.
    refresh.notBefore = now
    wantRefresh(at: now)
  }

  /// Takes the first view over, once it is settled which one that is.
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
        // From the second on it is younger, or not believed.
        follow(view.topology, view.epochs, toldBy: view.link, at: now)
      } else {
        counters.staleViews += 1
        refuseView(of: view.link, .anotherCluster, at: now)
      }
    }
  }

  /// A seed that can be asked and has told nothing yet; another one each time.
  mutating func unheardSeed() -> Link? {
    let ready = unheardSeeds().filter { nodes[$0].takesCommands }
    let next = ready.first { $0.index > refresh.turn } ?? ready.first
    if let next { refresh.turn = Int(next.index) }
    return next
  }

  /// The seeds that may still tell of another cluster than the views that there are.
  private func unheardSeeds() -> [Link] {
    let listed = Set(refresh.firstViews.flatMap(\.topology.endpoints))
    return (0..<nodes.places).compactMap { nodes.ticket(at: $0) }.filter { link in
      nodes[link].isSeed && nodes[link].viewRefusal == nil
        && !listed.contains(nodes[link].endpoint)
        && !refresh.firstViews.contains { $0.link == link }
    }
  }

  /// How many seeds belong to a view's cluster, and, the fewer the more, which of them is named first.
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
  /// Whether two views share a node, or one of them tells no ids.
  fileprivate func isOfCluster(of other: Topology) -> Bool {
    ids.isEmpty || other.ids.isEmpty || !ids.isDisjoint(with: other.ids)
  }
}
