// The load generator: one thread, one poller, as many connections as the plan says. In: a plan, and
// the caller's turns (`run(until:)`, so that the caller can show progress). Out: a tally.
//
//   opening   all connections are made; the first that fails ends the run, with the reason
//   filling   every session is written once, as fast as it goes
//   warming   the load runs and is not measured
//   measuring requests that are due now count
//   draining  nothing is asked any more; answers may still come, for five seconds. An open loop that
//             fell behind gets here up to a second late
//   finished
//
// Its own cost must stay far below the server's: requests are made once (RequestBytes), answers are
// scanned where they were read, and a request is one send, one receive and a few clock readings.
// Bounded: by the plan's duration and number of requests; a server that answers nothing for longer than
// the plan's patience ends the run, with the figures so far if there are any.

public import Primitives
public import Reactor

/// A load under way.
public struct LoadLoop: ~Copyable {
  /// Where a run is.
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
  /// Connections that wait for a request, the longest waiting first.
  var free: Ring<Ticket>

  /// Where the run is.
  public internal(set) var phase = Phase.opening
  /// What became of the measured requests so far.
  public internal(set) var tally = Tally()
  /// Why the run ended early, if it did; what was measured by then stands.
  public internal(set) var fault: LoadFault?
  /// When measuring began and ended.
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

  /// Makes the load's sockets and begins to connect. `tls` nil: plain HTTP. Fails when the host has no
  /// address, a certificate cannot be read, or the process may not have so many descriptors.
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

  /// Goes on until `instant`, or until the run comes into another phase, so that the caller can look
  /// at the server's clock then; one turn at least, so that the run gets on even when the caller is late.
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

  // An open loop's next request sets the alarm; everything else can wait for whole milliseconds.
  private func nextWake(_ instant: Instant, _ now: Instant) -> Instant {
    if schedule.rate != nil, !free.isEmpty, let due = schedule.nextDue { alarm.set(due) }
    var wake = min(instant, min(retryAt, drainEnd))
    if phase == .warming { wake = min(wake, measured.from) }
    // Behind the end what was due in time is still asked, as connections become free.
    let closing = schedule.closing ?? schedule.end
    if closing > now { wake = min(wake, closing) }
    return wake
  }

  /// Takes the run from one phase to the next when it is time.
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
    // An open loop that fell behind asks for longer than it was to.
    measured.to = now
    tally.unsent = schedule.backlog(at: now)
    drainEnd = now + Self.grace
  }

  /// Asks for nothing more. What was measured by now is what there is; before that the run ends with a
  /// fault.
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

  /// Gives requests to the connections that wait for one, as far as there are any.
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
