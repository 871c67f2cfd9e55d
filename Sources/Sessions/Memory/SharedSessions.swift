// All sessions of a process that runs without Redis. Commands come in from every worker's
// `MemoryStore`; this class picks the shard, prepares what can be prepared outside its lock, and
// keeps the budget of bytes.
//
// There are 256 shards, so that two workers rarely want the same one, and so that each table is
// small enough to be doubled in one go. A payload is copied in before the lock is taken and freed
// after it is released; only a read copies out under the lock, since the record could be freed
// after it. At most one lock is held at a time.
//
// A living session is never evicted: a login that vanishes is worse than one that is refused,
// because a refusal is reported. When the budget is full, a `put` or `lock` searches a bounded
// number of places for sessions past their timeout, tries once more, and then gives up.
//
// Rejected: one lock for all (every worker would contend for it), reference counts on records (one
// more atomic operation for each read, to save a short copy), an eviction order (see above).

import Primitives
import Synchronization

/// How much the memory store holds. Sessions past their timeout count until they are freed.
public struct MemoryStatistics: Equatable, Sendable {
  /// How many sessions there are.
  public var sessions: Int
  /// How many bytes they count as; never more than the limit.
  public var bytes: Int

  /// Statistics from their parts.
  public init(sessions: Int, bytes: Int) {
    self.sessions = sessions
    self.bytes = bytes
  }
}

/// The memory store's sessions, shared by the workers of one process.
public final class SharedSessions: Sendable {
  /// How many bytes a session counts as beyond its id, content type and payload: its share of the
  /// table, whose places take 72 bytes each and may be three quarters empty, and the allocator's
  /// bookkeeping.
  public static let overhead = 320
  /// How many more bytes a session counts as while it has a lock, or an expired one that was not
  /// released: the lock's bytes and the allocator's bookkeeping.
  public static let lockOverhead = 80
  /// How many bytes sessions may take, each counted with `overhead`, and with its lock if it has
  /// one.
  public var memoryLimit: Int { budget.limit }

  private let shards: InlineArray<256, Mutex<SessionShard>>
  private let budget: MemoryBudget
  // By the namespace's index. Not the list itself: a namespace holds a string, so reading one would
  // count references.
  private let timeouts: [NamespaceTimeouts]
  private let sweptShards = Atomic<Int>(0)

  /// How many places each command also sweeps, in the shard that it has locked anyway.
  private static let placesPerCommand = 2
  /// How many places are swept when a `put` or `lock` finds no room, before it tries once more.
  private static let placesWhenFull = 1_024

  /// An empty store for these namespaces.
  ///
  /// - Parameter memoryLimit: how many bytes sessions may take, each counted with `overhead`.
  public init(namespaces: NamespaceList, memoryLimit: Int) {
    shards = InlineArray { _ in Mutex(SessionShard()) }
    budget = MemoryBudget(limit: memoryLimit)
    timeouts = namespaces.namespaces.map(NamespaceTimeouts.init)
  }

  /// How much is held now. Takes every shard's lock, one after the other: for metrics.
  public var statistics: MemoryStatistics {
    var sessions = 0
    for index in shards.indices { sessions += shards[index].withLock { $0.count } }
    return MemoryStatistics(sessions: sessions, bytes: bytes)
  }

  /// How many bytes sessions take now. Takes no lock.
  public var bytes: Int { budget.used }

  /// Carries out any command but a `put`. A `lock` that finds no room is tried once more after a
  /// sweep.
  func carryOut(
    _ command: SessionCommand, request: RawSpan, at moment: Moment, reply: inout ByteBuffer
  ) -> Outcome {
    onceMoreIfFull(at: moment) {
      carryOutOnce(command, request: request, at: moment, reply: &reply)
    }
  }

  /// Acts, and if there was no room, once more after a sweep.
  @inline(__always)
  private func onceMoreIfFull(at moment: Moment, _ act: () -> Outcome) -> Outcome {
    let outcome = act()
    guard outcome == .fault(.storeFull) else { return outcome }
    sweep(at: moment.instant, budget: Self.placesWhenFull)
    return act()
  }

  /// Gives the shard of a command's session to `act`, and sweeps a little afterwards.
  @inline(__always)
  private func withShard(
    of command: SessionCommand, request: RawSpan, at moment: Moment,
    _ act: (inout SessionShard, ListedVersions?, _ hash: UInt64, ShardMoment) -> Outcome
  ) -> Outcome {
    let hash = SessionTable.hash(command.namespace, command.id.bytes)
    let now = ShardMoment(moment, timeouts[Int(command.namespace.rawValue)])
    let listed = ListedVersions(command, request: request)
    return shards[Self.shard(of: hash)].withLock { shard in
      defer { shard.sweep(Self.placesPerCommand, at: moment.instant, budget) }
      return act(&shard, listed, hash, now)
    }
  }

  private func carryOutOnce(
    _ command: SessionCommand, request: RawSpan, at moment: Moment, reply: inout ByteBuffer
  ) -> Outcome {
    withShard(of: command, request: request, at: moment) { shard, listed, hash, now in
      switch shard.carryOut(command, listed, hash: hash, at: now, budget) {
      case .ended(let outcome): return outcome
      case .read(let facts, let place):
        reply.clear(headroom: replyHeadroom)
        reply.append(shard.bytes(at: place).extracting(first: Int(facts.payload.upper)))
        return .found(facts)
      case .locked(let facts, let grant, let place):
        reply.clear(headroom: replyHeadroom)
        reply.append(shard.bytes(at: place).extracting(first: Int(facts.payload.upper)))
        return .locked(facts, grant)
      }
    }
  }

  /// Carries out a `put`; one that finds no room is tried once more after a sweep.
  func put(_ command: SessionCommand, request: RawSpan, at moment: Moment) -> Outcome {
    // After the call it holds the record to be freed: the replaced one or the refused one.
    var record = SessionRecord(command, request: request)
    if record == nil { return .fault(.storeFull) }
    return onceMoreIfFull(at: moment) {
      withShard(of: command, request: request, at: moment) { shard, listed, hash, now in
        shard.put(command, listed, hash: hash, at: now, budget, record: &record)
      }
    }
  }

  /// Frees sessions past their timeout, starting at the shard after the one that any worker swept
  /// last.
  ///
  /// - Parameter budget: how many places are looked at, at most; a shard counts as at least one.
  func sweep(at instant: Instant, budget places: Int) {
    var left = places
    while left > 0 {
      let index = sweptShards.wrappingAdd(1, ordering: .relaxed).oldValue & (shards.count - 1)
      let looked = shards[index].withLock { $0.sweep(left, at: instant, budget) }
      left -= max(1, looked)
    }
  }

  /// The shard for a hash. It is chosen by bits that never choose a place in the shard's table,
  /// however large that is.
  private static func shard(of hash: UInt64) -> Int { Int((hash >> 55) & 255) }
}
