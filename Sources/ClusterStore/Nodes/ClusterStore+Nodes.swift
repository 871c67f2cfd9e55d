// The known nodes: how they become known, from settings, topologies and redirects, and how they are
// found.

import Primitives
import Redis

extension ClusterStore {
  /// The node at an endpoint, if it is known.
  func node(at endpoint: Endpoint) -> Link? {
    var place = 0
    while let link = nodes.next(&place) {
      if nodes[link].endpoint == endpoint { return link }
    }
    return nil
  }

  /// The node at an endpoint, added if it is new; nil when there are too many.
  mutating func addNode(_ endpoint: Endpoint, isSeed: Bool) -> Link? {
    if let known = node(at: endpoint) { return known }
    return nodes.isFull ? nil : nodes.insert(Node(endpoint, isSeed: isSeed, configuration))
  }

  /// The node that a redirect names, added if it is new; nil when it names none that can be asked.
  mutating func node(_ host: RedirectHost, _ port: UInt16, namedBy link: Link) -> Link? {
    let endpoint: Endpoint?
    switch host {
    case .named(let range):
      let line = nodes[link].reply.string()
      endpoint = Endpoint(host: line.extracting(range.indices), port: Int(port))
    case .asked: endpoint = Endpoint(host: nodes[link].endpoint.host, port: port)
    case .unknown: endpoint = nil
    }
    return endpoint.flatMap { addNode($0, isSeed: false) }
  }

  /// MOVED: gives one slot to its new owner, before a topology does.
  mutating func patch(_ slot: UInt16, to owner: Link, at now: Instant) {
    open(owner, at: now)
    let former = self.owner(of: slot)
    // So say those behind the first, and those of a node to which the slot is moving.
    guard former != owner else { return }
    if let former { nodes[former].slotCount -= 1 }
    slots.patch(slot, UInt16(owner.index))
    nodes[owner].slotCount += 1
    nodes[owner].role = .primary
    refresh.isPatched = true
  }

  /// Takes back the slots that redirects gave to a node.
  mutating func unpatch(_ link: Link) {
    guard nodes[link].slotCount > 0 else { return }
    for slot in 0..<UInt16(HashSlot.count) where owner(of: slot) == link {
      slots.patch(slot, SlotTable.nobody)
    }
    nodes[link].slotCount = 0
    nodes[link].role = .unknown
    refresh.isPatched = true
  }
}
