// A cluster of three, at whose addresses others may answer.

import Redis
import StoreContract
import Testing

@testable import ClusterStore

/// What is known of the cluster of three.
enum Trio {
  /// What a Redis without cluster support answers to questions about its cluster.
  static let standalone = "-ERR This instance has cluster support disabled\r\n"
  static let view = Slots([(0, 8191, 7000), (8192, 12000, 7001), (12001, 16383, 7002)])
  /// A session of 7001.
  static let id = (0...).lazy.map { "id\($0)" }.first { (8192...12000).contains(ID.slot($0)) }!
}

extension ScriptedNodes {
  /// A cluster of three that serves.
  ///
  /// - Parameter identity: what all nodes answer when they are asked who they are.
  static func trio(
    seeds: [UInt16] = [7000, 7001, 7002], identity: String? = nil
  ) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: seeds)
    world.tell(Trio.view, [7000: 1, 7001: 2, 7002: 3])
    for port in UInt16(7000)...7009 { world.identities[port] = identity }
    world.settle()
    return world
  }

  /// All nodes tell this view, with these epochs.
  func tell(_ view: Slots, _ epochs: [UInt16: Int]) {
    for port in UInt16(7000)...7009 {
      views[port] = view.text
      self.epochs[port] = Slots.epochs(epochs)
    }
  }

  /// Another Redis at an address: one of no cluster, or a node of another one.
  func replace(_ port: UInt16, isStandalone: Bool, epoch: Int = 50) {
    identities[port] = isStandalone ? Trio.standalone : Slots.identity(port, life: 1)
    views[port] = isStandalone ? Trio.standalone : Slots([(0, 16383, port)], life: 1).text
    epochs[port] = Slots.epochs([port: epoch], life: 1)
    habits[port] = Say.ok
  }
}
