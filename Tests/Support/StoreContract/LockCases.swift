import Sessions

private let one = Call.put("s", "one", version: 1)
private let two = Call.put("s", "two, longer", version: 2)
private let long = Array(repeating: UInt8(ascii: "x"), count: 20_480)
private let held = Observation.lockHeld(age: 0, retryAfter: 30)

/// Acquiring, holding, renewing, releasing, losing.
let lockCases =
  [
    ContractCase(
      "what does not exist cannot be locked",
      [
        .expect(.lock("s", 7), .missing), .expect(.renew("s", 7), .lockLost),
        .expect(.unlock("s", 7), .lockLost), .expect(.get("s"), .missing),
        .expect(two.holding(7), .lockLost), .expect(.delete("s").holding(7), .lockLost),
        .expect(.get("s"), .missing),
      ]),
    ContractCase(
      "lock reads, and keeps others out until it is released",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(.lock("s", 8), held), .expect(.get("s"), one.found(expiresIn: 1_200)),
        .expect(.unlock("s", 8), .lockLost), .expect(.lock("s", 8), held),
        .expect(.unlock("s", 7), .unlocked), .expect(.unlock("s", 7), .lockLost),
        .expect(.lock("s", 8), one.locked(8)),
      ]),
    ContractCase(
      "who asks again gets its own lock again",
      [
        .expect(one, .created(version: 1)),
        .expect(.lock("s", 7).asking(99), one.locked(7)),
        .expect(.lock("s", 8).asking(99), one.locked(7)),
        .expect(.lock("s", 8).holding(7), one.locked(7)),
        .expect(.lock("s", 7), one.locked(7)),
        .expect(.lock("s", 8).asking(98), held), .expect(.lock("s", 8).holding(6), held),
        .expect(.lock("s", 8), held), .expect(.unlock("s", 7), .unlocked),
        .expect(.lock("s", 8).asking(99), one.locked(8)),
      ]),
    ContractCase(
      "one that yields finds its own lock, and leaves a free one to others",
      [
        .expect(.lock("s", 7).yielding, .missing), .expect(one, .created(version: 1)),
        .expect(.lock("s", 7).yielding, .lockHeld(age: 0, retryAfter: 1)),
        .expect(.lock("s", 7).asking(99), one.locked(7)),
        .expect(.lock("s", 8).yielding, held),
        .expect(.lock("s", 8).holding(7).yielding, one.locked(7)),
        .expect(.lock("s", 8).asking(99).yielding, one.locked(7)),
        .expect(.lock("s", 8).holding(6).yielding, held), .expect(.unlock("s", 7), .unlocked),
        .expect(.lock("s", 8).asking(99).yielding, .lockHeld(age: 0, retryAfter: 1)),
      ]),
    ContractCase(
      "one that was refused before is told the same",
      [
        .expect(.lock("s", 7).refusedBefore, .missing), .expect(one, .created(version: 1)),
        .expect(.lock("s", 7).refusedBefore, one.locked(7)),
        .expect(.lock("s", 8).refusedBefore, held),
        .expect(.lock("s", 8).holding(7).yielding.refusedBefore, one.locked(7)),
        .expect(.unlock("s", 7), .unlocked),
        .expect(.lock("s", 8).yielding.refusedBefore, .lockHeld(age: 0, retryAfter: 1)),
        .expect(.lock("s", 8).refusedBefore, one.locked(8)),
        .expect(.unlock("s", 8).yielding, .unlocked),
      ]),
    ContractCase(
      "a lock that was found again by its request is not given back for who is gone",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7).asking(99), one.locked(7)),
        .expect(.lock("s", 7), one.locked(7)), .expect(.unlock("s", 7).yielding, .unlocked),
        .expect(.lock("s", 7).asking(99), one.locked(7)),
        .expect(.lock("s", 8).asking(99), one.locked(7)),
        .expect(.unlock("s", 7).yielding, .lockLost), .expect(.lock("s", 9), held),
        .expect(two.holding(7), .replaced(version: 2)),
        .expect(.unlock("s", 7).yielding, .lockLost), .expect(.unlock("s", 7), .unlocked),
        .expect(.lock("s", 9), two.locked(9)), .expect(.unlock("s", 9).yielding, .unlocked),
        .expect(.lock("s", 8), two.locked(8)),
      ]),
    ContractCase(
      "a lock that was found again by its token is not given back for who is gone",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(.lock("s", 8).holding(7), one.locked(7)),
        .expect(.unlock("s", 7).yielding, .lockLost), .expect(.renew("s", 7), .renewed),
        .expect(.unlock("s", 7), .unlocked), .expect(.lock("s", 9).asking(99), one.locked(9)),
        .expect(.lock("s", 8).asking(99).holding(9), one.locked(9)),
        .expect(.unlock("s", 9).yielding, .lockLost),
      ]),
    ContractCase(
      "a lock without a request is not found by one",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(.lock("s", 8).asking(99), held),
      ]),
    ContractCase(
      "a plain put breaks a lock, also one on a version",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(two, .replaced(version: 2)), .expect(one.holding(7), .lockLost),
        .expect(.renew("s", 7), .lockLost), .expect(.delete("s").holding(7), .lockLost),
        .expect(.lock("s", 8), two.locked(8)),
        .expect(one.when(version: 2), .replaced(version: 1)),
        .expect(.unlock("s", 8), .lockLost), .expect(.get("s"), one.found(expiresIn: 1_200)),
      ]),
    ContractCase(
      "reads, touches and refused writes leave a lock alone",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(.get("s"), one.found(expiresIn: 1_200)),
        .expect(.peek("s"), one.found(expiresIn: 1_200)), .expect(.touch("s"), .touched),
        .expect(.touch("s").when(version: 1), .touched),
        .expect(two.when(.absent), .conditionFailed()),
        .expect(two.when(version: 3), .conditionFailed(present: 1)),
        .expect(two.holding(8), .lockLost), .expect(.lock("s", 8), held),
        .expect(.unlock("s", 7), .unlocked),
      ]),
    ContractCase(
      "delete ends a lock with its session",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(.delete("s"), .deleted), .expect(.unlock("s", 7), .lockLost),
        .expect(one, .created(version: 1)), .expect(.lock("s", 8), one.locked(8)),
        .expect(.delete("s").holding(7), .lockLost),
        .expect(.delete("s").holding(8), .deleted), .expect(.get("s"), .missing),
      ]),
    ContractCase(
      "a fenced write under a condition needs both",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(two.holding(7).when(version: 9), .conditionFailed(present: 1)),
        .expect(two.holding(8).when(version: 1), .lockLost),
        .expect(two.holding(7).when(.absent), .conditionFailed()),
        .expect(two.holding(7).when(version: 1), .replaced(version: 2)),
        .expect(one.holding(7).when(.exists), .replaced(version: 1)),
        .expect(.delete("s").holding(7).when(version: 2), .conditionFailed(present: 1)),
        .expect(.delete("s").holding(7).when(version: 1), .deleted),
      ]),
    leaseCase,
  ]
  + [("a short payload", two), ("a long payload", two.carrying(long))].map { what, two in
    ContractCase(
      "a fenced put of \(what) keeps the lock, or releases it in the same step",
      [
        .expect(one, .created(version: 1)), .expect(.lock("s", 7), one.locked(7)),
        .expect(two.holding(7), .replaced(version: 2)), .expect(.lock("s", 8), held),
        .expect(.get("s"), two.found(expiresIn: 1_200)),
        .expect(one.holding(7).unlocking, .replaced(version: 1)),
        .expect(two.holding(7), .lockLost), .expect(.get("s"), one.found(expiresIn: 1_200)),
        .expect(.lock("s", 8), one.locked(8)),
        .expect(two.holding(8).unlocking, .replaced(version: 2)),
        .expect(.lock("s", 9), two.locked(9)),
      ])
  }

/// Leases run out, are renewed, and are what others are told; locking slides.
private let leaseCase = ContractCase(
  "a lease that ran out is free, a renewed one is not",
  ["lapses", "renewed", "slides"].map {
    .expect(.put($0, version: 1, idleTimeout: 30), .created(version: 1))
  } + [
    .expect(.lock("lapses", 7, lease: 2), Call.put("", version: 1).locked(7, 2, expiresIn: 30)),
    .expect(.lock("renewed", 7, lease: 2), Call.put("", version: 1).locked(7, 2, expiresIn: 30)),
    .advance(seconds: 1),
    .expect(.lock("lapses", 8), .lockHeld(age: 1, retryAfter: 1)),
    .expect(.renew("renewed", 7, lease: 20), .renewed),
    .expect(.lock("slides", 7), Call.put("", version: 1).locked(7, expiresIn: 30)),
    .advance(seconds: 1),
    .expect(.renew("lapses", 7), .lockLost), .expect(.unlock("lapses", 7), .lockLost),
    .expect(.put("lapses", version: 2).holding(7), .lockLost),
    .expect(.peek("lapses"), Call.put("", version: 1).found(expiresIn: 28)),
    .expect(.lock("lapses", 8), Call.put("", version: 1).locked(8, expiresIn: 30)),
    .expect(.lock("renewed", 8), .lockHeld(age: 2, retryAfter: 19)),
    .expect(.peek("renewed"), Call.put("", version: 1).found(expiresIn: 29)),
    .expect(
      .lock("renewed", 8).holding(7), Call.put("", version: 1).locked(7, 19, expiresIn: 30)),
    .expect(.peek("slides"), Call.put("", version: 1).found(expiresIn: 29)),
  ])
