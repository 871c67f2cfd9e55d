// Two workers, a cluster that misbehaves, and callers. Each caller has sessions that nobody else
// writes: what it is told must be what the embedded store tells when it is asked the same things in
// the same order. And all callers write and read common sessions, whose history must be one of a
// value that is written by one write at a time (`History`).

import Primitives
import Sessions
import StoreContract

@testable import ClusterStore

/// One run, by its seed.
final class Simulation {
  private struct Pending {
    var call: Call
    var worker: Int
    var operation: Ticket
    var deadline: Instant
    /// How many writes had been found carried out, or had no reading, when it began.
    var blind: Int
    /// Its place in the history of a common session.
    var event: Int?
  }

  private let cluster: SimulatedCluster
  private let workers: [SimulatedWorker]
  private let isCrowded: Bool
  private let oracle: SharedSessions
  private var truth: MemoryStore
  private var truthReply = ByteBuffer()
  private var pending: [UInt32: Pending] = [:]
  private var doubts: [UInt32: (call: Call, worker: Int)] = [:]
  private var versions: UInt64 = 0
  private var histories: [String: History] = ["common-0": History(), "common-1": History()]
  /// What was told that must not have been.
  private(set) var contradictions: [String] = []
  /// How many calls ended, and how.
  private(set) var ended = 0
  private(set) var unknown = 0
  private(set) var notCarriedOut = 0

  static let callers: UInt32 = 12

  /// - Parameters:
  ///   - mayKill: whether Redis lets a connection end the one before it.
  ///   - isCrowded: whether all callers read and write one session, on connections that end often.
  ///   - looksFirst: whether Redis looks at what is there before it does a repeat.
  init(seed: UInt64, mayKill: Bool = true, isCrowded: Bool = false, looksFirst: Bool = true) {
    let cluster = SimulatedCluster(seed: seed)
    self.cluster = cluster
    self.isCrowded = isCrowded
    cluster.looksFirst = looksFirst
    if isCrowded { cluster.turnsToCut = 40 }
    workers = (0..<2).map { _ in SimulatedWorker(cluster, mayKill: mayKill) }
    oracle = SharedSessions(namespaces: ContractNamespaces.list(), memoryLimit: 1 << 30)
    truth = MemoryStore(oracle)
    cluster.readsUp = { [weak self] port in
      for worker in self?.workers ?? [] { worker.readUp(port) }
    }
  }

  var counters: [ClusterCounters] { workers.map { $0.store.counters } }
  /// How many operations the stores still have; none at the end.
  var leftOver: Int { workers.reduce(0) { $0 + $1.store.depth + $1.store.parkedCount } }

  /// Runs so many turns, then lets everything heal and end.
  func run(turns: Int) {
    for _ in 0..<turns { turn(isOver: false) }
    cluster.isHostile = false
    for _ in 0..<20_000 where !pending.isEmpty || leftOver > 0 { turn(isOver: true) }
    if !pending.isEmpty || leftOver > 0 { contradictions.append("something never ended") }
    for (id, history) in histories.sorted(by: { $0.key < $1.key }) {
      contradictions += history.contradictions.map { "\(id): \($0)" }
    }
  }

  private func turn(isOver: Bool) {
    if let port = cluster.pass() { for worker in workers { worker.nodeEnded(port) } }
    if !isOver {
      for caller in 0..<Self.callers where pending[caller] == nil && cluster.random.once(in: 3) {
        begin(caller)
      }
    }
    for worker in workers {
      worker.turn()
      for (tag, seen) in worker.takeEnded() { end(tag, seen) }
    }
    for (caller, waiting) in pending.sorted(by: { $0.key < $1.key })
    where waiting.deadline <= cluster.now {
      end(caller, .fault(workers[waiting.worker].abandon(waiting.operation)))
    }
  }

  // MARK: Callers

  private func begin(_ caller: UInt32) {
    // A write that was given up may still be on its way. Who asks by the same way comes behind it.
    let worker = doubts[caller]?.worker ?? Int.random(in: 0..<2, using: &cluster.random)
    let isCommon = isCrowded || doubts[caller] == nil && cluster.random.once(in: 3)
    let call = isCommon ? commonCall() : ownCall(caller)
    let seconds = cluster.random.once(in: 6) ? 1 : 10
    let deadline = cluster.now + .seconds(seconds)
    let id = String(decoding: call.id, as: UTF8.self)
    let event = histories[id]?.begin(writes: call.verb == .put ? call.version : nil)
    pending[caller] = Pending(
      call: call, worker: worker, operation: .none, deadline: deadline,
      blind: blind(worker), event: event)
    if let operation = workers[worker].submit(call, tag: caller, deadline: deadline) {
      pending[caller]?.operation = operation
    }
  }

  private func blind(_ worker: Int) -> Int {
    let counters = workers[worker].store.counters
    return counters.verifiedExecuted + counters.verifiedSuperseded + cluster.blindWrites
  }

  private func commonCall() -> Call {
    let id = isCrowded ? "common-0" : "common-\(Int.random(in: 0...1, using: &cluster.random))"
    if cluster.random.once(in: 2) { return .peek(id) }
    return isCrowded && cluster.random.once(in: 8) ? put(id).when(.exists) : put(id)
  }

  private func ownCall(_ caller: UInt32) -> Call {
    if let doubt = doubts[caller] {
      return Call(.peek, String(decoding: doubt.call.id, as: UTF8.self))
    }
    let id = "own-\(caller)-\(Int.random(in: 0...2, using: &cluster.random))"
    switch Int.random(in: 0..<14, using: &cluster.random) {
    case 0...2: return .get(id)
    case 3: return .peek(id)
    case 4: return .inspect(id)
    case 5: return .touch(id)
    case 6: return .delete(id)
    case 7: return Call.touch(id).when(.exists)
    case 8: return Call.delete(id).when(.exists)
    case 9: return put(id).when(.absent)
    case 10: return put(id).when(.exists)
    default: return put(id)
    }
  }

  private func put(_ id: String) -> Call {
    versions += 1
    let own = cluster.random.once(in: 4) ? 77 : 0
    let length =
      cluster.random.once(in: 10) ? 3_000 : Int.random(in: 0...40, using: &cluster.random)
    let text = String(repeating: "\(versions)/", count: 1 + length / 4)
    return .put(id, text, version: versions, idleTimeout: own)
  }

  private func end(_ caller: UInt32, _ seen: Observation) {
    guard let waiting = pending.removeValue(forKey: caller) else {
      return contradictions.append("an answer that nobody waits for")
    }
    ended += 1
    cluster.now = cluster.now + TimeSpan(nanoseconds: 1_000)
    if let event = waiting.event {
      let id = String(decoding: waiting.call.id, as: UTF8.self)
      histories[id]!.end(event, seen)
      if seen == .fault(.outcomeUnknown) { unknown += 1 }
      return
    }
    switch seen {
    case .fault(.outcomeUnknown):
      unknown += 1
      if waiting.call.verb == .put || waiting.call.verb == .delete, doubts[caller] == nil {
        doubts[caller] = (waiting.call, waiting.worker)
      }
    case .fault(.unavailable), .fault(.deadlinePassed), .fault(.overloaded):
      notCarriedOut += 1
    default:
      if let doubt = doubts.removeValue(forKey: caller) { settle(doubt.call, seen) }
      let isLenient = blind(waiting.worker) > waiting.blind
      compare(seen, tell(waiting.call), waiting.call, isLenient: isLenient)
    }
  }

  /// What is read after a write whose end nobody knew tells whether it was carried out.
  private func settle(_ doubt: Call, _ seen: Observation) {
    switch (doubt.verb, seen) {
    case (.put, .found(let session)) where session.version == doubt.version: _ = tell(doubt)
    case (.delete, .missing): _ = tell(doubt)
    default: break
    }
  }

  private func tell(_ call: Call) -> Observation {
    let (command, request) = call.prepared()
    let moment = Moment(instant: cluster.now, wall: UnixTime(milliseconds: cluster.wall))
    let submission = unsafe truth.submit(
      command, request: request.span.bytes, ticket: .none, at: moment, reply: &truthReply)
    guard case .done(let outcome) = submission else { return .malformed("pending") }
    return Observation(outcome, reply: truthReply)
  }

  /// A write that was found carried out, or whose reading was refused, may answer 204 for 201 or 404.
  private func compare(_ seen: Observation, _ told: Observation, _ call: Call, isLenient: Bool) {
    var (seen, told) = (seen, told)
    if case .found(var one) = seen, case .found(var other) = told {
      // A `get` starts the timeout anew; how much time passed before a `peek` is not compared.
      if call.verb != .get { (one.expiresIn, other.expiresIn) = (0, 0) }
      (seen, told) = (.found(one), .found(other))
    }
    if seen == told { return }
    if isLenient {
      if case .replaced(let version) = seen, told == .created(version: version) { return }
      if seen == .deleted, told == .missing || told == .conditionFailed() { return }
    }
    contradictions.append("\(call.verb) \(call.condition): \(seen) instead of \(told)")
  }
}
