// One Redis process as this worker knows it: where it is, the state of the one connection to it, and
// what was asked of it. The connection itself belongs to the tick; a link is its number here.

import Primitives
import Redis
import Sessions

/// What a node is for.
public enum NodeRole: String, Sendable {
  /// Not known yet: a seed, or a node that left the topology.
  case unknown
  /// It serves slots.
  case primary
  /// It follows a primary.
  case replica
}

/// One Redis process.
struct Node: ~Copyable {
  /// The state of the connection.
  enum State: Equatable {
    /// There is none, and none is made before `retryAt`.
    case down(retryAt: Instant)
    /// The tick is making it.
    case opening(since: Instant)
    /// It is there; the node has yet to accept the credentials.
    case greeting(since: Instant)
    /// Commands can be sent.
    case ready
  }

  let endpoint: Endpoint
  let isSeed: Bool
  private let inPlace = InPlace()
  var role = NodeRole.unknown
  var state = State.down(retryAt: Instant(nanoseconds: .min))
  var pipeline: Pipeline
  var reader: ReplyReader
  var reply: Reply
  var greeting: NodeGreeting
  /// When it was last given the scripts, and the entry of that in its pipeline.
  var scripts = (loadedAt: Instant(nanoseconds: .min), sequence: UInt64(0))
  /// Whether TCP is connected, and TLS under way.
  var isShakingHands = false
  /// How the node calls the last connection that was ready, so that the next one can end it.
  var client: NodeClient?
  /// What of the greeting's commands is still to hand to the transport.
  var unsaid = ByteBuffer()
  /// Whether the tick was told that there is something to write.
  var isDirty = false
  /// Whether entries of abandoned operations may wait unsent.
  var needsPurge = false
  /// Whether large operations wait for their turn here, as far as is known.
  var isAwaited = false
  /// How often in a row no connection came about, or one that did not last.
  var failures = 0
  /// When the connection became ready.
  var readySince = Instant(nanoseconds: .min)
  /// When the node last showed that it is alive, or was first owed an answer.
  var heardAt = Instant(nanoseconds: .min)
  /// Whether it owes an answer and has been silent for too long to be trusted with more.
  var isSuspect = false
  /// Whether a topology before the present one gave it slots, since it was connected to.
  var hasServed = false
  /// Why what it told of the cluster was last not taken over, so that it is said once.
  var viewRefusal: ViewRefusal?
  /// Whether the connection is to be made anew as soon as nothing waits for its answers.
  var isRenewing = false
  /// When that last happened.
  var renewedAt = Instant(nanoseconds: .min)
  /// When it was last given a command, or a connection.
  var usedAt = Instant(nanoseconds: .min)
  /// The replicas of what it serves.
  var replicas: [Link] = []
  /// Which of them was read from last.
  var turn = 0
  /// Whether its connection was told READONLY, so that a replica answers reads.
  var saidReadOnly = false
  /// Whether it is a replica that follows its primary closely enough to be read from.
  var isFresh = false
  /// What it was asked of itself.
  var probe = Probe()
  /// Why there is no connection.
  var fault: LinkFault?
  /// Why there was none the last time that there was none.
  var lastFault: LinkFault?
  /// What it says, while it is connected, that it cannot do.
  var refusals = Refusals()
  var slotCount = 0
  /// With which configuration epoch it claims them; 0 when that is not known.
  var epoch: UInt64 = 0
  /// How long the last answer took, the wait in the pipeline included.
  var latency = TimeSpan(nanoseconds: 0)
  /// What of this node the store has counted.
  var tally = NodeTally()

  init(_ endpoint: Endpoint, isSeed: Bool, _ configuration: borrowing ClusterConfiguration) {
    self.endpoint = endpoint
    self.isSeed = isSeed
    pipeline = Pipeline(limits: configuration.limits)
    reader = ReplyReader()
    reply = Node.freshReply(configuration.limits)
    greeting = NodeGreeting(authenticates: configuration.credentials != nil)
  }

  /// A reply whose bytes leave room for the head of a response.
  static func freshReply(_ limits: ClusterLimits) -> Reply {
    Reply(
      limits: ReplyLimits(bytes: limits.replyBytes, passed: limits.passedBytes),
      headroom: replyHeadroom)
  }

  /// Reads on towards the next reply.
  mutating func nextReply() -> ReplyReader.Progress { reader.next(into: &reply) }

  /// What the reply that just came means to the greeting.
  mutating func judgeGreeting() -> NodeGreeting.Verdict { greeting.judge(reply) }

  /// What the reply that just came means to an operation.
  mutating func answer(
    _ handle: Ticket, of operations: inout Slab<Operation>, index: Int, wall: UnixTime
  ) -> Operation.Step {
    operations[handle].take(reply, index: index, wall: wall)
  }

  /// Forgets an entry whose replies have all come. Whether the connection can be made anew now.
  mutating func retire(_ entry: Pipeline.Entry, at now: Instant) -> Bool {
    latency = now - entry.since
    tally.count(entry.kind, took: latency)
    pipeline.retire()
    return isRenewing && pipeline.isEmpty
  }

  var isReady: Bool { state == .ready }

  /// Whether it is connected and not suspect.
  var isReachable: Bool { isReady && !isSuspect }

  /// Whether it answers what it is asked of its slots, if it has any, as far as is known.
  var isServing: Bool { slotCount == 0 || probe.verdict == .serving }

  /// Whether new commands are put into its pipeline.
  var takesCommands: Bool { isReachable && !isRenewing }

  /// Whether bytes may come from it that mean something.
  var isConnected: Bool {
    switch state {
    case .greeting, .ready: true
    case .down, .opening: false
    }
  }

  var isDown: Bool {
    if case .down = state { return true }
    return false
  }
}
