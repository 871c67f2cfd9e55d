// The load generator: one thread, one poller, and the plan's number of connections. In: a plan, and
// the caller's calls of `run(until:)`, between which it can show progress. Out: a tally.
//
//   opening   all connections are opened; the first that fails or is lost ends the run
//   filling   every session is written once, as fast as possible
//   warming   the load runs but is not measured
//   measuring requests that are due in this phase count
//   draining  no more requests are sent; responses may still arrive, for 5 s. An open loop that
//             fell behind enters this phase up to 1 s late
//   finished
//
// Its own cost must stay far below the server's: requests are prepared once (RequestBytes),
// responses are scanned where they were read, and a request takes one send, one receive and a few
// clock readings.
// Bounded: by the plan's duration and number of requests. If the server sends no response for
// longer than the plan's patience, the run ends, with the figures so far if there are any.

public import Primitives
public import Reactor

/// A load in progress.
public struct LoadLoop: ~Copyable {
  /// The phases of a run.
  public enum Phase: Sendable {
    case opening, filling, warming, measuring, draining, finished
  }

  static let grace = TimeSpan.seconds(5)
  static let alarmToken = UInt64.max

  let plan: LoadPlan
  let address: Address
  let context: TLSContext?
  var poller: Poller
  let alarm: Alarm
  var connections: Slab<LoadConnection>
  var requests: RequestBytes
  var random: LoadRandom
  var scratch = ByteBuffer(capacity: 64 << 10)
  /// Connections waiting for a request, the longest-waiting first.
  var free: Ring<Ticket>

  /// The phase that the run is in.
  public internal(set) var phase = Phase.opening
  /// The outcomes of the measured requests so far.
  public internal(set) var tally = Tally()
  /// Why the run ended early, if it did; what was measured until then remains valid.
  public internal(set) var fault: LoadFault?
  /// When the measurement began and ended; `.never` before the load starts.
  public internal(set) var measured = (from: Instant.never, to: Instant.never)
  /// How many sessions have been written before the load.
  public internal(set) var filled = 0

  var schedule = ArrivalSchedule(rate: nil, start: .never, end: .never, limit: 0)
  var opened = 0
  var asking = 0
  var absent = 0
  var retryAt = Instant.never
  var lastAnswer: Instant
  var drainEnd = Instant.never

  /// Creates the load's sockets and begins to connect; over plain HTTP if `tls` is nil. Fails when
  /// the host has no address, a certificate cannot be read, or the process may not open enough
  /// descriptors.
  public init(_ plan: LoadPlan, tls: TLSClientSettings?) throws(LoadFault) {
    let total = plan.connections + plan.idleConnections
    precondition(plan.connections > 0 && plan.idleConnections >= 0, "a load needs a connection")
    let address = try Self.address(of: plan)
    guard Descriptors.raiseLimit() >= total + 32 else { throw .tooManyConnections(total) }
    let context = try Self.context(tls)
    let poller = try Self.system { () throws(SystemFault) in try Poller() }
    let alarm = try Self.system { () throws(SystemFault) in try Alarm() }
    self.plan = plan
    self.address = address
    self.context = consume context
    self.poller = consume poller
    self.alarm = consume alarm
    connections = Slab(limit: total)
    free = Ring(limit: plan.connections)
    requests = RequestBytes(plan)
    random = LoadRandom(seed: plan.seed)
    lastAnswer = .now()
    let isWatched = self.poller.register(
      self.alarm.fd, token: Self.alarmToken, interest: [.readable, .edgeTriggered])
    precondition(isWatched, "a new poller has room for a descriptor")
    for index in 0..<total { connect(isIdle: index >= plan.connections) }
  }

  /// Whether the run is over.
  public var isFinished: Bool { phase == .finished }

  /// Runs until `instant`, or until the phase changes, so that the caller can then read the
  /// server's CPU time. Makes at least one tick, so that the run advances even when the caller is
  /// late.
  public mutating func run(until instant: Instant) {
    let entered = phase
    var now = Instant.now()
    repeat {
      turn(until: instant, now)
      now = .now()
    } while phase == entered && now < instant
  }

  private mutating func turn(until instant: Instant, _ now: Instant) {
    let count = poller.wait(until: nextWake(instant, now), now: now)
    for index in 0..<count {
      let event = poller.event(index)
      if event.token != Self.alarmToken { take(event) }
    }
    advance(at: .now())
    giveRequests()
  }

  /// When the next wait must end. An open loop's next request sets the alarm; everything else
  /// tolerates whole milliseconds.
  private func nextWake(_ instant: Instant, _ now: Instant) -> Instant {
    if schedule.rate != nil, !free.isEmpty, let due = schedule.nextDue { alarm.set(due) }
    var wake = min(instant, min(retryAt, drainEnd))
    if phase == .warming { wake = min(wake, measured.from) }
    // After the end, requests that were due before it are still sent, as connections become free.
    let closing = schedule.closing ?? schedule.end
    if closing > now { wake = min(wake, closing) }
    return wake
  }

  /// Moves the run to its next phase when it is time.
  private mutating func advance(at now: Instant) {
    if absent > 0 && now >= retryAt { reconnect() }
    switch phase {
    case .opening where opened == plan.connections + plan.idleConnections: begin(at: now)
    case .filling where filled == plan.keys && asking == 0: startLoad(at: now)
    case .warming where now >= measured.from: phase = .measuring
    case .warming where schedule.isUsedUp: fail(.usedUp(plan.requests))
    case .measuring where schedule.isOver(at: now): startDraining(at: now)
    case .draining where asking == 0 || now >= drainEnd: finish()
    default: break
    }
    if now - lastAnswer > plan.patience { noteSilence(at: now) }
  }

  private mutating func noteSilence(at now: Instant) {
    switch phase {
    case .opening, .filling, .warming: fail(.silent(plan.patience))
    case .measuring:
      fault = .silent(plan.patience)
      startDraining(at: now)
      drainEnd = now
    case .draining, .finished: break
    }
  }

  private mutating func begin(at now: Instant) {
    if plan.fills { phase = .filling } else { startLoad(at: now) }
  }

  private mutating func startLoad(at now: Instant) {
    phase = .warming
    measured.from = now + plan.warmUp
    measured.to = measured.from + plan.duration
    schedule = ArrivalSchedule(
      rate: plan.rate, start: now, end: measured.to, limit: plan.requests)
  }

  private mutating func startDraining(at now: Instant) {
    phase = .draining
    // An open loop that fell behind sends for longer than planned.
    measured.to = now
    tally.unsent = schedule.backlog(from: measured.from, at: now)
    drainEnd = now + Self.grace
  }

  /// Ends the load. If the measurement has begun, its figures so far remain; before that the run
  /// ends with a fault.
  public mutating func stop() {
    switch phase {
    case .opening, .filling, .warming: fail(.stopped)
    case .measuring: startDraining(at: .now())
    case .draining, .finished: break
    }
  }

  private mutating func finish() {
    tally.unanswered = asking
    phase = .finished
  }

  mutating func fail(_ fault: LoadFault) {
    self.fault = fault
    measured.to = min(.now(), measured.to)
    finish()
  }

  /// Gives the requests that are due to waiting connections.
  private mutating func giveRequests() {
    while !free.isEmpty, let request = nextRequest(at: .now()), let ticket = free.popFirst() {
      ask(request, on: ticket)
    }
  }

  /// The next request, if one is due.
  mutating func nextRequest(at now: Instant) -> LoadRequest? {
    switch phase {
    case .filling:
      guard filled < plan.keys else { return nil }
      filled += 1
      return LoadRequest(operation: .put, number: filled - 1, due: now)
    case .warming, .measuring:
      guard let due = schedule.take(at: now) else { return nil }
      return LoadRequest(
        operation: plan.mix.value(of: random.bits()), number: random.below(plan.keys), due: due,
        isMeasured: due >= measured.from)
    case .opening, .draining, .finished: return nil
    }
  }
}
