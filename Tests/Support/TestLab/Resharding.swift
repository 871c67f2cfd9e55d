// Moving slots between nodes while clients use them, step by step as `redis-cli --cluster
// reshard` does it, so that a test can stop between two steps and see what clients see there.

extension RedisCluster {
  /// Opens `slot` for moving: from now on `source` answers ASK for keys that it no longer has.
  public func beginMove(slot: Int, from source: RedisServer, to target: RedisServer) throws {
    try target.command("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", id(of: source))
    try source.command("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", id(of: target))
  }

  /// Moves all keys of an opened slot and says how many they were.
  @discardableResult
  public func moveKeys(slot: Int, from source: RedisServer, to target: RedisServer) throws -> Int {
    var moved = 0
    while true {
      let keys = try source.command("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100").elements
      if keys.isEmpty { return moved }
      var command = ["MIGRATE", "127.0.0.1", "\(target.port)", "", "0", "10000"]
      if let password = settings.password { command += ["AUTH", password] }
      let names = keys.map { key in
        if case .bytes(let name) = key { name } else { [UInt8]() }
      }
      let answer = try source.answer(
        to: (command + ["KEYS"]).map { Array($0.utf8) } + names)
      if case .error(let reason) = answer { throw LabFault("MIGRATE: \(reason)") }
      moved += keys.count
    }
  }

  /// Gives `slot` to `target` for good: the others answer MOVED.
  public func finishMove(slot: Int, to target: RedisServer) throws {
    let id = try id(of: target)
    // The target first, so that the slot is never without an owner.
    let others = try primaries().filter { $0.port != target.port }
    for node in [target] + others {
      let words = ["CLUSTER", "SETSLOT", "\(slot)", "NODE", id]
      let answer = try node.answer(to: words.map { Array($0.utf8) })
      // A primary that gave its last slot away may have become a replica by now.
      guard case .error(let reason) = answer, !reason.contains("only with masters")
      else { continue }
      throw LabFault("SETSLOT \(slot) on \(node.port): \(reason)")
    }
  }

  /// Moves `slots` with all their keys and says how many keys they were.
  @discardableResult
  public func reshard(
    slots: some Sequence<Int>, from source: RedisServer, to target: RedisServer
  ) throws -> Int {
    var moved = 0
    for slot in slots {
      try beginMove(slot: slot, from: source, to: target)
      moved += try moveKeys(slot: slot, from: source, to: target)
      try finishMove(slot: slot, to: target)
    }
    return moved
  }

  private func id(of node: RedisServer) throws -> String {
    try node.command("CLUSTER", "MYID").text
  }
}
