// One Redis process as this worker knows it: its address, the state of the one connection to it,
// and what it has been asked. The connection itself belongs to the tick; here a link is only its
// number.

import Primitives
import Redis
import Sessions

/// The role of a node.
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
    /// There is none, and none is attempted before `retryAt`.
    case down(retryAt: Instant)
    /// The connection is being made.
    case connecting(since: Instant)
    /// TCP is connected, and TLS in progress. It has as long as if it were still connecting.
    case shakingHands(since: Instant)
    /// It is established; the node has yet to accept the greeting.
    case greeting(since: Instant)
    /// Commands can be sent.
    case ready
  }

  // What is known of the present connection comes first: `forgetConnection` forgets it.

  var state = State.down(retryAt: Instant(nanoseconds: .min))
  var reader: ReplyReader
  var reply: Reply
  /// Whether it owes an answer and has been silent for too long to be sent more.
  var isSuspect = false
  /// Whether an earlier topology gave it slots on this connection.
  var hadSlots = false
  /// Whether it is not known on this connection who answers, because an ACL forbids the question
  /// and the node has not yet reported its view.
  var isUnproven = false
  /// Whether to reconnect as soon as nothing waits for the connection's answers.
  var isReconnecting = false
  /// Whether it is a replica that follows its primary closely enough to be read from.
  var isFresh = false
  /// Its probes.
  var probe = Probe()
  /// How long it takes to answer.
  var answerTime = AnswerTime()

  // What outlives a connection, or is set anew when one is opened.

  let endpoint: Endpoint
  let isSeed: Bool
  private let inPlace = InPlace()
  var role = NodeRole.unknown
  var pipeline: Pipeline
  var greeting: NodeGreeting
  /// The bytes of the greeting not yet handed to the transport.
  var unsentGreeting = ByteBuffer()
  /// Whether READONLY was sent on its connection, so that a replica answers reads.
  var sentReadOnly = false
  /// When the connection became ready.
  var readySince = Instant(nanoseconds: .min)
  /// When the node was last sent the scripts, and their entry in its pipeline.
  var scripts = (loadedAt: Instant(nanoseconds: .min), sequence: UInt64(0))
  /// The node's name for the last connection that was ready, so that the next one can end it.
  var client: NodeClient?
  /// Whether the link is in the queue of links with bytes to send.
  var isDirty = false
  /// Whether there may be unsent entries of abandoned operations.
  var needsPurge = false
  /// Whether large operations are known to wait their turn here.
  var isAwaited = false
  /// How often in a row a connection could not be made, or did not last.
  var failures = 0
  /// When the node last showed that it is alive, or was first owed an answer.
  var heardAt = Instant(nanoseconds: .min)
  /// Since when it owes the next answer: when the answer before it arrived, or the node accepted
  /// the last of its command.
  var owesSince = Instant(nanoseconds: .min)
  /// The id of the node that the table means by this endpoint; nil if it means none, or was not
  /// told.
  var id: String?
  /// Whether another Redis answers here than the one that the table means. It gets no commands, or
  /// sessions would be written into, and read out of, somebody else's. Known beyond the end of the
  /// connection, since the next one may not say who answers.
  var isStranger = false
  /// Why its view of the cluster was last not adopted, so that this is reported once.
  var viewRefusal: ViewRefusal?
  /// When a new connection was last requested.
  var reconnectRequestedAt = Instant(nanoseconds: .min)
  /// When it was last given a command or a connection.
  var usedAt = Instant(nanoseconds: .min)
  /// The replicas of its slots.
  var replicas: [Link] = []
  /// Which of them was read from last.
  var lastReplica = 0
  /// Why there is no connection.
  var fault: LinkFault?
  /// Why a connection was last lost or could not be made.
  var lastFault: LinkFault?
  /// What it answers, while connected, that it cannot do.
  var refusals = Refusals()
  var slotCount = 0
  /// The configuration epoch with which it claims its slots; 0 if unknown.
  var epoch: UInt64 = 0
  /// How long its last answer took, the wait in the pipeline included.
  var latency = TimeSpan(nanoseconds: 0)
  /// What the store has counted for this node.
  var tally = NodeTally()

  init(_ endpoint: Endpoint, isSeed: Bool, _ configuration: borrowing ClusterConfiguration) {
    self.endpoint = endpoint
    self.isSeed = isSeed
    pipeline = Pipeline(limits: configuration.limits)
    reader = ReplyReader()
    reply = Node.freshReply(configuration.limits)
    greeting = NodeGreeting(authenticates: configuration.credentials != nil)
  }

  /// Its connection is gone, and none is attempted before `retryAt`.
  mutating func forgetConnection(until retryAt: Instant, _ limits: ClusterLimits) {
    state = .down(retryAt: retryAt)
    reader = ReplyReader()
    reply = Node.freshReply(limits)
    isSuspect = false
    hadSlots = false
    isUnproven = false
    isReconnecting = false
    isFresh = false
    probe = Probe()
    answerTime = AnswerTime()
  }

  /// A reply whose buffer leaves room for the head of a response in front.
  static func freshReply(_ limits: ClusterLimits) -> Reply {
    Reply(
      limits: ReplyLimits(bytes: limits.replyBytes, passed: limits.passedBytes),
      headroom: replyHeadroom)
  }

  /// Continues reading towards the next reply.
  mutating func nextReply() -> ReplyReader.Progress { reader.next(into: &reply) }

  /// What the reply that just arrived means to the greeting.
  mutating func judgeGreeting() -> NodeGreeting.Verdict { greeting.judge(reply) }

  /// What the reply that just arrived means to an operation.
  mutating func answer(
    _ handle: Ticket, of operations: inout Slab<Operation>, index: Int, wall: UnixTime
  ) -> Operation.Step {
    operations[handle].take(reply, index: index, wall: wall)
  }

  /// Removes an entry whose replies have all arrived. Returns whether the connection can now be
  /// replaced.
  mutating func retire(_ entry: Pipeline.Entry, at now: Instant) -> Bool {
    latency = now - entry.since
    tally.count(entry.kind, took: latency)
    pipeline.retire()
    answerTime.end(entry.sequence, at: now)
    owesSince = now
    return isReconnecting && pipeline.isEmpty
  }

  var isReady: Bool { state == .ready }

  /// Whether it is connected and not suspect.
  var isReachable: Bool { isReady && !isSuspect }

  /// Whether it serves its slots, as its last probe found; true if it has none. A stranger does not,
  /// whatever it said.
  var isServing: Bool { slotCount == 0 || !isStranger && probe.verdict == .serving }

  /// Whether new commands are put into its pipeline.
  var takesCommands: Bool { isAskable && !isStranger }

  /// Whether it can be asked for the topology.
  var isAskable: Bool { isReachable && !isReconnecting }

  /// Whether bytes that come from it have a meaning.
  var isConnected: Bool {
    switch state {
    case .greeting, .ready: true
    case .down, .connecting, .shakingHands: false
    }
  }

  var isDown: Bool {
    if case .down = state { return true }
    return false
  }
}
