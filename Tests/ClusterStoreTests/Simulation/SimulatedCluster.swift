// A Redis Cluster as far as plain sessions need one: keys, owners of slots, and what goes wrong. Its
// primaries and replicas share one data set, so that nothing acknowledged is lost by a failover; what
// is tried here is the client.
//
// What a node that hangs can do is what Redis 7 lets it do (cluster.c, networking.c):
//
//   It takes no part in a migration: SETSLOT and MIGRATE are commands, which it does not read.
//   It is not elected: a replica must ask for votes, and hear them.
//   Where it was failed over, what its sockets hold comes to nothing. It carries that out before it
//   hears of its successor, on data that it drops when it resyncs (clusterUpdateSlotsConfigWith,
//   replicationSetMaster), or answers MOVED after. Here it always hears first, since answers to
//   connections that still live would be acknowledged writes that Redis lost.
//   Before it gets slots again it has read what its sockets held: each turn of its loop reads from each
//   of them (aeProcessEvents), and a resync or a migration takes many.

import Chance
import Primitives
import Redis

@testable import ClusterStore

extension SeededRandom {
  /// True once in `count` times.
  mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

/// Four nodes, of which three begin as owners.
final class SimulatedCluster {
  private struct Entry {
    var bytes: [UInt8]
    var ends: Int64
  }

  static let ports: [UInt16] = [7000, 7001, 7002, 7003]

  var random: SeededRandom
  /// The time, in nanoseconds and milliseconds since whenever.
  var now = Instant(nanoseconds: 1_000_000_000)
  var wall: Int64 { 1_800_000_000_000 + now.nanoseconds / 1_000_000 }

  private var entries: [[UInt8]: Entry] = [:]
  private var ranges: [(first: Int, last: Int, port: UInt16)] = [
    (0, 4095, 7000), (4096, 8191, 7001), (8192, 12287, 7002), (12288, 16383, 7000),
  ]
  private var epochs: [UInt16: Int] = [7000: 1, 7001: 2, 7002: 3, 7003: 0]
  private(set) var down: Set<UInt16> = []
  private var hungUntil: [UInt16: Instant] = [:]
  private var elections: [(port: UInt16, at: Instant, back: Instant)] = []
  private var migration: (range: Int, to: UInt16, moved: Set<[UInt8]>, ends: Instant)?
  /// How many readings in front of a write were refused: it cannot tell 201 from 204 then.
  private(set) var blindWrites = 0
  /// The nodes that know the script of a repeat.
  private var scripted: Set<UInt16> = []
  /// Whether that script looks at what is there.
  var looksFirst = true
  /// Lets a node read all that its sockets hold.
  var readsUp: (UInt16) -> Void = { _ in }
  /// After how many turns of its loop a worker loses a connection, on average.
  var turnsToCut = 300
  /// Whether things go wrong.
  var isHostile = true

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  func isHung(_ port: UInt16) -> Bool { hungUntil[port].map { $0 > now } ?? false }
  private func isAwake(_ port: UInt16) -> Bool { !down.contains(port) && !isHung(port) }

  // MARK: What goes wrong

  /// Lets time pass and, perhaps, something happen. Gives the node that ended, if one did.
  func pass() -> UInt16? {
    let span = random.once(in: 40) ? 300_000 : Int64.random(in: 100...5_000, using: &random)
    now = now + TimeSpan(nanoseconds: span * 1_000)
    if !isHostile { hungUntil = [:] }
    elect()
    finishMigration()
    guard isHostile else { return nil }
    if migration == nil, random.once(in: 300) { migrate() }
    if random.once(in: 900) { hang() }
    guard random.once(in: 1_500), down.isEmpty else { return nil }
    return kill()
  }

  private func someone() -> UInt16 { Self.ports.randomElement(using: &random)! }

  private func hang() {
    let port = someone()
    guard isAwake(port) else { return }
    hungUntil[port] = now + .milliseconds(Int.random(in: 100...7_000, using: &random))
    // Some are failed over, if they hang for so long.
    let elected = now + .milliseconds(Int.random(in: 1_000...9_000, using: &random))
    elections.append((port, elected, elected))
  }

  private func kill() -> UInt16 {
    let port = someone()
    down.insert(port)
    scripted.remove(port)
    hungUntil[port] = nil
    let elected = now + .milliseconds(Int.random(in: 300...6_000, using: &random))
    elections.append((port, elected, elected + .milliseconds(2_000)))
    return port
  }

  private func elect() {
    for place in elections.indices.reversed() {
      let (port, at, back) = elections[place]
      if at <= now, !isAwake(port), ranges.contains(where: { $0.port == port }) {
        guard let heir = Self.ports.filter(isAwake).randomElement(using: &random) else { continue }
        for index in ranges.indices where ranges[index].port == port { give(index, heir) }
        if migration?.to == port { migration = nil }
      }
      if back <= now || !isHostile && at <= now {
        down.remove(port)
        elections.remove(at: place)
      }
    }
  }

  private func give(_ range: Int, _ port: UInt16) {
    readsUp(port)
    ranges[range].port = port
    epochs[port] = epochs.values.max()! + 1
    if migration?.range == range { migration = nil }
  }

  private func migrate() {
    let range = ranges.indices.randomElement(using: &random)!
    let to = someone()
    guard to != ranges[range].port, isAwake(to), isAwake(ranges[range].port) else { return }
    migration = (range, to, [], now + .milliseconds(Int.random(in: 50...1_500, using: &random)))
  }

  private func finishMigration() {
    guard let (range, to, _, ends) = migration, ends <= now || !isHostile else { return }
    if isAwake(to), isAwake(ranges[range].port) { give(range, to) }
  }

  // MARK: Answers

  /// What a node answers to a command.
  func answer(_ words: [[UInt8]], at port: UInt16, asking: inout Bool) -> [UInt8] {
    let name = String(decoding: words[0], as: UTF8.self)
    let wasAsking = asking
    asking = false
    switch name {
    case "CLIENT": return Array("+OK\r\n".utf8)
    case "CLUSTER" where words[1] == Array("MYID".utf8): return Array(Slots.identity(port).utf8)
    case "CLUSTER": return topology(words[1])
    case "SCRIPT":
      scripted.insert(port)
      return Self.bulk([])
    case "ASKING":
      asking = true
      return Array("+OK\r\n".utf8)
    default: break
    }
    let isRepeat = name == "EVALSHA"
    if let refusal = refusal(words[isRepeat ? 3 : 1], at: port, asking: wasAsking) {
      if name == "GETRANGE" { blindWrites += 1 }
      return Array(refusal.utf8)
    }
    if isRepeat, !scripted.contains(port) { return Array("-NOSCRIPT x\r\n".utf8) }
    return isRepeat ? carryOutAgain(words) : carryOut(words)
  }

  /// What `Script.repeated` does.
  private func carryOutAgain(_ words: [[UInt8]]) -> [UInt8] {
    let header = (living(words[3])?.bytes ?? []).prefix(96)
    let there = header.isEmpty ? [0, 0, 0, 0, 0, 0, 0, 0] : header[8..<16]
    if looksFirst, there != words.last![...] { return Self.bulk([UInt8(ascii: "O")] + header) }
    return carryOut([words[4], words[3]] + words[5..<words.count - 1])
  }

  private func living(_ key: [UInt8]) -> Entry? {
    if let entry = entries[key], entry.ends <= wall { entries[key] = nil }
    return entries[key]
  }

  private func topology(_ part: [UInt8]) -> [UInt8] {
    if part == Array("NODES".utf8) { return Array(Slots.epochs(epochs).utf8) }
    return Array(Slots(ranges.map { ($0.first, $0.last, $0.port) }).text.utf8)
  }

  private func refusal(_ key: [UInt8], at port: UInt16, asking: Bool) -> String? {
    let slot = Self.slot(of: key)
    let range = ranges.firstIndex { $0.first <= slot && slot <= $0.last }!
    if isHostile, random.once(in: 200) {
      return ["-TRYAGAIN x\r\n", "-CLUSTERDOWN x\r\n", "-LOADING x\r\n"]
        .randomElement(using: &random)!
    }
    if var moving = migration, moving.range == range {
      let both = isAwake(moving.to) && isAwake(ranges[range].port)
      if both, random.once(in: 3) { moving.moved.insert(key) }
      migration = moving
      if moving.moved.contains(key) {
        if port == moving.to, asking { return nil }
        if port == ranges[range].port { return "-ASK \(slot) 10.0.0.1:\(moving.to)\r\n" }
      }
    }
    return port == ranges[range].port ? nil : "-MOVED \(slot) 10.0.0.1:\(ranges[range].port)\r\n"
  }

  static func slot(of key: [UInt8]) -> Int {
    let start = key.firstIndex(of: UInt8(ascii: "{"))! + 1
    let tag = Array(key[start..<key.firstIndex(of: UInt8(ascii: "}"))!])
    return unsafe Int(HashSlot.of(key: tag.span.bytes))
  }

  private func carryOut(_ words: [[UInt8]]) -> [UInt8] {
    let key = words[1]
    let entry = living(key)
    switch String(decoding: words[0], as: UTF8.self) {
    case "GET": return Self.bulk(entry?.bytes)
    case "GETEX":
      if entries[key] != nil { entries[key]!.ends = wall + Self.number(words[3]) }
      return Self.bulk(entries[key]?.bytes)
    case "GETRANGE":
      return Self.bulk(Array((entry?.bytes ?? []).prefix(Int(Self.number(words[3])) + 1)))
    case "PTTL":
      return Self.integer(entry.map { $0.ends - wall } ?? -2)
    case "PEXPIRE":
      guard entries[key] != nil else { return Self.integer(0) }
      entries[key]!.ends = wall + Self.number(words[2])
      return Self.integer(1)
    case "UNLINK":
      return Self.integer(entries.removeValue(forKey: key) == nil ? 0 : 1)
    case "SET":
      let rule = words.count > 5 ? String(decoding: words[5], as: UTF8.self) : ""
      if rule == "NX" && entries[key] != nil || rule == "XX" && entries[key] == nil {
        return Self.bulk(nil)
      }
      entries[key] = Entry(bytes: words[2], ends: wall + Self.number(words[4]))
      return Array("+OK\r\n".utf8)
    default: return Array("-ERR unknown command\r\n".utf8)
    }
  }

  private static func number(_ word: [UInt8]) -> Int64 {
    Int64(String(decoding: word, as: UTF8.self))!
  }
  private static func integer(_ number: Int64) -> [UInt8] { Array(":\(number)\r\n".utf8) }
  private static func bulk(_ bytes: [UInt8]?) -> [UInt8] {
    bytes.map(Say.bulk) ?? Array(Say.null.utf8)
  }
}
