// What a session is to callers, one step at a time: a register of versions with a lock and timeouts. An
// act and its answer come in, the states that the session may then have go out; none means that it
// cannot have answered like this.
//
// Time is known by its bounds only: an act happened between its request and its answer. So a deadline
// is a pair of instants, and where both "over" and "not yet" are possible, both are followed. `slack`
// covers that a clock is read a little before or after a command acts.
//
// Two answers are taken less strictly than a single step would have them, as docs/decisions says: a
// plain PUT's 201 or 204 is told by a reading in front of it (3), and a DELETE that was lost with its
// connection and finds nothing is 204 (9).

/// Between which two instants something happens, in microseconds.
struct Span: Hashable, Sendable {
  var earliest = Event.never
  var latest = Event.never

  /// The sooner of the two.
  func sooner(_ other: Span) -> Span {
    Span(earliest: min(earliest, other.earliest), latest: min(latest, other.latest))
  }
}

/// What is known of a session.
struct SessionState: Hashable, Sendable {
  var write: WriteNumber = 0
  var lock: LockNumber = 0
  /// When it ends unless it is used.
  var idleEnd = Span()
  /// When it ends however much it is used.
  var end = Span()
  /// When the lock's lease ends.
  var leaseEnd = Span()
}

/// The rules of a namespace, and how closely clocks are taken.
struct SessionModel: Sendable {
  /// Microseconds.
  var idleTimeout = Event.never
  /// Microseconds.
  var absoluteTimeout = Event.never
  /// Microseconds.
  var slack = 150_000
  /// Whether connections to the store were lost, so that decision 9 applies.
  var hasLosses = false

  /// The states that may follow; none where the answer is impossible.
  func states(after state: SessionState, _ event: Event) -> [SessionState] {
    var following: [SessionState] = []
    for present in readings(of: state, at: event) {
      if let next = next(present, event), !following.contains(next) { following.append(next) }
    }
    return following
  }

  /// What the session may be at the time of an event, its deadlines decided.
  private func readings(of state: SessionState, at event: Event) -> [SessionState] {
    guard state.write != 0 else { return [SessionState()] }
    var readings: [SessionState] = []
    let end = state.idleEnd.sooner(state.end)
    if event.asked - slack < end.latest {
      var free = state
      free.lock = 0
      free.leaseEnd = Span()
      if state.lock != 0, event.asked - slack < state.leaseEnd.latest { readings.append(state) }
      if state.lock == 0 || event.told + slack >= state.leaseEnd.earliest { readings.append(free) }
    }
    if event.told + slack >= end.earliest { readings.append(SessionState()) }
    return readings
  }

  private func next(_ state: SessionState, _ event: Event) -> SessionState? {
    switch event.act {
    case .read(let slides): return read(state, slides: slides, event)
    case .put(let write, let demand, let lock, let unlocks):
      if let refusal = refusal(state, demand, holding: lock) { return when(refusal, state, event) }
      let isPlain = demand == .none && lock == 0
      return put(state, write, isPlain: isPlain, keepsLock: lock != 0 && !unlocks, event)
    case .touch(let demand):
      if let refusal = refusal(state, demand, holding: 0) { return when(refusal, state, event) }
      if state.write == 0 { return when(.missing, state, event) }
      return when(.done, slid(state, event), event)
    case .delete(let demand, let lock):
      if hasLosses, state.write == 0, event.answer == .done { return state }
      if let refusal = refusal(state, demand, holding: lock) { return when(refusal, state, event) }
      return when(state.write == 0 ? .missing : .done, SessionState(), event)
    case .lock(let holding, let fresh, let lease):
      return lock(state, holding: holding, fresh: fresh, lease: lease, event)
    case .renew(let lock, let lease):
      guard state.lock == lock else { return when(.lost, state, event) }
      var renewed = slid(state, event)
      renewed.leaseEnd = span(event, lease * 1_000_000)
      return when(.done, renewed, event)
    case .unlock(let lock):
      guard state.lock == lock else { return when(.lost, state, event) }
      var free = state
      free.lock = 0
      free.leaseEnd = Span()
      return when(.done, free, event)
    }
  }

  /// The state, if the event's answer is this one or not known.
  private func when(_ answer: Answer, _ state: SessionState, _ event: Event) -> SessionState? {
    event.answer == answer || event.answer == .unknown ? state : nil
  }

  /// Why an act must not happen.
  private func refusal(
    _ state: SessionState, _ demand: Demand, holding lock: LockNumber
  ) -> Answer? {
    if lock != 0, state.lock != lock { return .lost }
    switch demand {
    case .none: return nil
    case .exists: return state.write == 0 ? .refused(0) : nil
    case .absent: return state.write == 0 ? nil : .refused(0)
    case .written(let writes):
      return state.write != 0 && writes.contains(state.write) ? nil : .refused(state.write)
    }
  }

  private func read(_ state: SessionState, slides: Bool, _ event: Event) -> SessionState? {
    if state.write == 0 { return when(.missing, state, event) }
    let after = slides ? slid(state, event) : state
    switch event.answer {
    case .unknown: return after
    case .found(let write, let expiresIn):
      return write == state.write && fits(expiresIn, after, event) ? after : nil
    default: return nil
    }
  }

  private func put(
    _ state: SessionState, _ write: WriteNumber, isPlain: Bool, keepsLock: Bool, _ event: Event
  ) -> SessionState? {
    var after = state
    if state.write == 0 { after.end = span(event, absoluteTimeout) }
    after.write = write
    if !keepsLock {
      after.lock = 0
      after.leaseEnd = Span()
    }
    after = slid(after, event)
    if isPlain, event.answer == .created || event.answer == .done { return after }
    return when(state.write == 0 ? .created : .done, after, event)
  }

  private func lock(
    _ state: SessionState, holding: LockNumber, fresh: LockNumber, lease: Int, _ event: Event
  ) -> SessionState? {
    if state.write == 0 { return when(.missing, state, event) }
    if event.answer == .held {
      return state.lock != 0 && state.lock != holding || event.hasRival ? state : nil
    }
    var after = slid(state, event)
    if state.lock == 0 {
      after.leaseEnd = span(event, lease * 1_000_000)
      after.lock = fresh
    }
    switch event.answer {
    case .unknown: return state.lock == 0 ? after : nil
    case .locked(let write, let lock, let expiresIn):
      // Its own lock again, or a free one.
      guard state.lock == 0 || state.lock == holding && lock == holding else { return nil }
      after.lock = lock
      return write == state.write && fits(expiresIn, after, event) ? after : nil
    default: return nil
    }
  }

  private func slid(_ state: SessionState, _ event: Event) -> SessionState {
    var state = state
    state.idleEnd = span(event, idleTimeout)
    return state
  }

  /// When something ends that lasts so long from the event on.
  private func span(_ event: Event, _ duration: Int) -> Span {
    duration == Event.never
      ? Span() : Span(earliest: event.asked + duration, latest: event.told + duration)
  }

  /// Whether the session could have so many seconds left, rounded up.
  private func fits(_ seconds: Int, _ state: SessionState, _ event: Event) -> Bool {
    let end = state.idleEnd.sooner(state.end)
    if seconds == 0 || end.latest >= Event.never { return true }
    let left = seconds * 1_000_000
    return left >= end.earliest - event.told - slack
      && left <= end.latest - event.asked + slack + 1_000_000
  }
}
