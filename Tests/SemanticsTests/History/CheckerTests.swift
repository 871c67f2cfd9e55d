// The judge is judged: histories that could be and histories that could not.

import Testing

@Suite("The checker of histories")
struct CheckerTests {
  private static let model = SessionModel(
    idleTimeout: 2_000_000, absoluteTimeout: 5_000_000, slack: 0)

  /// One event; times in milliseconds.
  private static func event(
    _ asked: Int, _ told: Int?, _ act: Act, _ answer: Answer, hasRival: Bool = false
  ) -> Event {
    Event(
      session: 0, caller: 0, act: act, answer: answer, asked: asked * 1_000,
      told: told.map { $0 * 1_000 } ?? Event.never, hasRival: hasRival)
  }

  private static func put(_ write: Int, _ demand: Demand = .none, holding lock: Int = 0) -> Act {
    .put(write, demand, holding: lock, unlocks: false)
  }

  private static let read = Act.read(slides: true)
  private static let lock = Act.lock(holding: 0, fresh: 0, lease: 1)

  private static let histories: [String: [Event]] = [
    "nothing": [],
    "a read during a write sees either": [
      event(0, 1, put(1), .created), event(2, 9, put(2), .done),
      event(3, 4, read, .found(2, expiresIn: 0)), event(3, 4, read, .found(1, expiresIn: 0)),
    ],
    "an unknown write happens late": [
      event(0, 1, put(1), .created), event(2, nil, put(2), .unknown),
      event(3, 4, read, .found(1, expiresIn: 0)), event(5, 6, read, .found(2, expiresIn: 0)),
    ],
    "an unknown write never happens": [
      event(0, 1, put(1), .created), event(2, nil, put(2), .unknown),
      event(5, 6, read, .found(1, expiresIn: 0)),
    ],
    "of two writers on one version one succeeds": [
      event(0, 1, put(1), .created), event(2, 5, put(2, .written([1])), .refused(3)),
      event(2, 5, put(3, .written([1])), .done),
    ],
    "an unused session ends": [
      event(0, 1, put(1), .created), event(1_900, 1_901, read, .found(1, expiresIn: 2)),
      event(3_902, 3_903, read, .missing),
    ],
    "a lease runs out": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(500, 501, lock, .held), event(1_100, 1_101, lock, .locked(1, 8, expiresIn: 0)),
      event(1_102, 1_103, put(2, holding: 7), .lost),
    ],
    "a free lock is left to who came first": [
      event(0, 1, put(1), .created), event(2, 3, lock, .held, hasRival: true),
    ],
    "a holder gets its lock again": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(4, 5, .lock(holding: 7, fresh: 0, lease: 1), .locked(1, 7, expiresIn: 0)),
    ],
  ]

  private static let wrongHistories: [String: [Event]] = [
    "a stale read": [
      event(0, 1, put(1), .created), event(2, 3, put(2), .done),
      event(4, 5, read, .found(1, expiresIn: 0)),
    ],
    "a read that goes back in time": [
      event(0, 1, put(1), .created), event(2, 9, put(2), .done),
      event(3, 4, read, .found(2, expiresIn: 0)), event(5, 6, read, .found(1, expiresIn: 0)),
    ],
    "a lost update": [
      event(0, 1, put(1), .created), event(2, 5, put(2, .written([1])), .done),
      event(2, 5, put(3, .written([1])), .done),
    ],
    "a write that was refused and happened": [
      event(0, 1, put(1), .created), event(2, 3, put(2, .absent), .refused(0)),
      event(4, 5, read, .found(2, expiresIn: 0)),
    ],
    "a 412 that names another version": [
      event(0, 1, put(1), .created), event(2, 3, put(2), .done),
      event(4, 5, put(3, .written([1])), .refused(1)),
    ],
    "a logout that was undone": [
      event(0, 1, put(1), .created), event(2, 3, .delete(.none, holding: 0), .done),
      event(4, 5, put(2, .exists), .done),
    ],
    "two holders": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(4, 5, lock, .locked(1, 8, expiresIn: 0)),
    ],
    "a fenced write without the lock": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(4, 5, put(2), .done), event(6, 7, put(3, holding: 7), .done),
    ],
    "a lock that is refused although it is free": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(4, 5, .unlock(7), .done), event(6, 7, lock, .held),
    ],
    "a lease that outlives its end": [
      event(0, 1, put(1), .created), event(2, 3, lock, .locked(1, 7, expiresIn: 0)),
      event(1_100, 1_101, .renew(7, lease: 1), .done),
    ],
    "a session that outlives its idle timeout": [
      event(0, 1, put(1), .created), event(2_002, 2_003, read, .found(1, expiresIn: 0)),
    ],
    "a session that ends too early": [
      event(0, 1, put(1), .created), event(1_000, 1_001, read, .missing),
    ],
    "a write that moves the absolute end": [
      event(0, 1, put(1), .created), event(1_900, 1_901, put(2), .done),
      event(3_800, 3_801, put(3), .done), event(5_100, 5_101, read, .found(3, expiresIn: 0)),
    ],
    "an end that is told wrong": [
      event(0, 1, put(1), .created),
      event(1_000, 1_001, .read(slides: false), .found(1, expiresIn: 3)),
    ],
    "an unknown write that happened before it was asked for": [
      event(0, 1, put(1), .created), event(2, 3, read, .found(2, expiresIn: 0)),
      event(4, nil, put(2), .unknown),
    ],
  ]

  @Test("A history that could be is told so", arguments: histories.keys.sorted())
  func possible(_ name: String) {
    #expect(HistoryChecker.verdict(Self.histories[name]!, Self.model) == .linearizable)
  }

  @Test("A history that could not be is told so", arguments: wrongHistories.keys.sorted())
  func impossible(_ name: String) {
    guard case .impossible = HistoryChecker.verdict(Self.wrongHistories[name]!, Self.model) else {
      Issue.record("it was taken for possible")
      return
    }
  }

  @Test("Sessions are judged apart")
  func apart() {
    var events = Self.histories["a lease runs out"]!
    let others = Self.wrongHistories["two holders"]!.map { event in
      var event = event
      event.session = 1
      return event
    }
    #expect(HistoryChecker.verdict(events, Self.model) == .linearizable)
    events += others
    #expect(HistoryChecker.verdict(events, Self.model) != .linearizable)
  }
}
