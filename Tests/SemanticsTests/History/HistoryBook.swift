// Where callers write down what they asked and were told. Payloads carry their write's number, so that
// a read says which write it saw; an entity tag that was seen without its payload gets its number when
// the history is over.

import Synchronization

/// The record of a history, shared by its callers.
final class HistoryBook: Sendable {
  /// An answer whose write is known by its entity tag only.
  private struct Tagged {
    var event: Event
    var tag: String
  }

  private struct Pages {
    var events: [Event] = []
    var tagged: [Tagged] = []
    var writes: [String: WriteNumber] = [:]
    var tags: [WriteNumber: String] = [:]
    var locks: [String: LockNumber] = [:]
    var refusals = 0
    var faults: [String] = []
  }

  private let pages = Mutex(Pages())
  private let numbers = Atomic<Int>(0)
  private let start = ContinuousClock.now

  /// Microseconds since the history began.
  var now: Int {
    let (seconds, fraction) = (ContinuousClock.now - start).components
    return Int(seconds) * 1_000_000 + Int(fraction / 1_000_000_000_000)
  }

  /// A number that no write and no lock of this history has.
  func number() -> Int { numbers.add(1, ordering: .relaxed).newValue }

  /// The number of the lock with this token.
  func lock(_ token: String) -> LockNumber {
    let fresh = number()
    return pages.withLock { pages in
      if let known = pages.locks[token] { return known }
      pages.locks[token] = fresh
      return fresh
    }
  }

  /// Notes which write has an entity tag.
  func note(_ tag: String, _ write: WriteNumber) {
    pages.withLock { pages in
      let known = pages.writes.updateValue(write, forKey: tag) ?? write
      let other = pages.tags.updateValue(tag, forKey: write) ?? tag
      if known != write || other != tag {
        pages.faults.append("writes \(known) and \(write) have the tags \(other) and \(tag)")
      }
    }
  }

  /// Notes an event.
  func add(_ event: Event) { pages.withLock { $0.events.append(event) } }

  /// Notes an event whose answer names a write by its entity tag.
  func add(_ event: Event, tag: String) {
    pages.withLock { $0.tagged.append(Tagged(event: event, tag: tag)) }
  }

  /// Notes that something was surely not carried out (503): it is no part of the history.
  func refuse() { pages.withLock { $0.refusals += 1 } }

  /// Notes an answer that nothing explains.
  func fault(_ what: String) { pages.withLock { $0.faults.append(what) } }

  /// How often a store said that something was not carried out.
  var refusals: Int { pages.withLock { $0.refusals } }

  /// What nothing explains.
  var faults: [String] { pages.withLock { $0.faults } }

  /// Whether there is enough of each kind of answer, and some to spare: what was told by a tag that
  /// nobody explains is left out in the end.
  var isWorthJudging: Bool {
    pages.withLock { pages in
      var (locked, refused, found) = (0, 0, 0)
      for event in pages.events + pages.tagged.map(\.event) {
        switch event.answer {
        case .locked: locked += 1
        case .refused: refused += 1
        case .found: found += 1
        default: break
        }
      }
      return pages.events.count > 250 && locked > 10 && refused > 10 && found > 100
    }
  }

  /// All events, once the callers have ended.
  func events() -> [Event] {
    var events = pages.withLock { pages in
      pages.events
        + pages.tagged.compactMap { tagged in
          // What nobody ever read, the write of a lost answer has: its refusal says nothing.
          guard let write = pages.writes[tagged.tag] else { return nil }
          var event = tagged.event
          switch event.answer {
          case .found(_, let expiresIn): event.answer = .found(write, expiresIn: expiresIn)
          default: event.answer = .refused(write)
          }
          return event
        }
    }
    let locks = events.filter { if case .lock = $0.act { true } else { false } }
    for place in events.indices where events[place].answer == .held {
      let mine = events[place]
      events[place].hasRival = locks.contains {
        $0.session == mine.session && $0.gateway == mine.gateway && $0.caller != mine.caller
          && $0.asked <= mine.told && mine.asked <= $0.told
      }
    }
    return events
  }
}
