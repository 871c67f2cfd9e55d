// Whether a history could have come about one act after the other, each between its request and its
// answer (Herlihy and Wing's linearizability). Sessions are judged one by one, since what is
// linearizable for each object is so for all together.
//
// The search is Wing and Gong's, with Lowe's memory of what was tried: acts that could be next are
// tried in turn; what was taken is lifted out of the list, and where nothing fits, put back. The list
// has an entry for each request and one for each answer: behind the answer of an act that was not
// taken, nothing can be next. An act of unknown outcome has no answer there, and need not be taken.

import Chance

/// What a search found.
enum Verdict: Equatable, Sendable {
  /// There is an order.
  case linearizable
  /// There is none; what could not be explained, for a person to read.
  case impossible(String)
  /// There may be one: the search was given up after so many steps.
  case undecided(Int)
}

/// A search for an order.
struct HistoryChecker {
  /// How many steps a search may take.
  static let limit = 20_000_000

  private struct Entry {
    var event: Int
    var isAnswer: Bool
    var previous = -1
    var next = -1
    /// Where the answer to a request stands; -1 where none came.
    var answer = -1
  }

  private struct Taken {
    var entry: Int
    var before: SessionState
    /// The other states that could have followed.
    var others: [SessionState]
  }

  private struct Situation: Hashable {
    var taken: UInt64
    var alsoTaken: UInt64
    var state: SessionState
  }

  private let model: SessionModel
  private let events: [Event]
  private var entries: [Entry] = []
  private var names: [(UInt64, UInt64)] = []
  private var seen: Set<Situation> = []
  private var stack: [Taken] = []
  private var state: SessionState
  private var situation: (UInt64, UInt64) = (0, 0)
  private var missing = 0
  private var most: (count: Int, at: Int, state: SessionState)

  /// Judges the events of each session by itself.
  ///
  /// - Parameter start: what each session is before the first event.
  static func verdict(
    _ events: [Event], _ model: SessionModel, from start: SessionState = SessionState()
  ) -> Verdict {
    for session in Set(events.map(\.session)).sorted() {
      var checker = HistoryChecker(events.filter { $0.session == session }, model, start)
      let verdict = checker.search()
      if verdict != .linearizable { return verdict }
    }
    return .linearizable
  }

  private init(_ events: [Event], _ model: SessionModel, _ start: SessionState) {
    self.model = model
    self.events = events
    state = start
    most = (-1, 0, start)
    var random = SeededRandom(seed: 1)
    names = events.map { _ in (random.next(), random.next()) }
    let ends = events.indices.filter { events[$0].told < Event.never }
    missing = ends.count
    // Of two at one instant, requests come first: that only allows more.
    let order =
      (events.indices.map { (events[$0].asked, 0, $0) } + ends.map { (events[$0].told, 1, $0) })
      .sorted { $0 < $1 }
    var requests: [Int: Int] = [:]
    entries = [Entry(event: -1, isAnswer: false)]
    for (_, kind, event) in order {
      let place = entries.count
      entries[place - 1].next = place
      entries.append(Entry(event: event, isAnswer: kind == 1, previous: place - 1))
      if kind == 0 { requests[event] = place } else { entries[requests[event]!].answer = place }
    }
  }

  private mutating func search() -> Verdict {
    var at = entries[0].next
    var steps = 0
    while missing > 0 {
      steps += 1
      if steps > Self.limit { return .undecided(steps) }
      if at != -1, !entries[at].isAnswer {
        if take(at, model.states(after: state, events[entries[at].event])) {
          at = entries[0].next
        } else {
          at = entries[at].next
        }
        continue
      }
      note(at)
      guard let next = putBack() else { return .impossible(report) }
      at = next
    }
    return .linearizable
  }

  /// Takes the entry's act as the next one, if a state follows that was not tried; false otherwise.
  private mutating func take(_ entry: Int, _ following: [SessionState]) -> Bool {
    let name = names[entries[entry].event]
    let (taken, alsoTaken) = (situation.0 ^ name.0, situation.1 ^ name.1)
    var following = following
    while let next = following.popLast() {
      guard
        seen.insert(Situation(taken: taken, alsoTaken: alsoTaken, state: next)).inserted
      else { continue }
      stack.append(Taken(entry: entry, before: state, others: following))
      state = next
      situation = (taken, alsoTaken)
      lift(entry)
      return true
    }
    return false
  }

  /// Puts the last act back and says where to go on; nil when there is none.
  private mutating func putBack() -> Int? {
    guard let last = stack.popLast() else { return nil }
    let name = names[entries[last.entry].event]
    situation = (situation.0 ^ name.0, situation.1 ^ name.1)
    state = last.before
    lower(last.entry)
    return take(last.entry, last.others) ? entries[0].next : entries[last.entry].next
  }

  private mutating func lift(_ entry: Int) {
    unlink(entry)
    guard entries[entry].answer != -1 else { return }
    unlink(entries[entry].answer)
    missing -= 1
  }

  private mutating func lower(_ entry: Int) {
    if entries[entry].answer != -1 {
      link(entries[entry].answer)
      missing += 1
    }
    link(entry)
  }

  private mutating func unlink(_ entry: Int) {
    let (previous, next) = (entries[entry].previous, entries[entry].next)
    entries[previous].next = next
    if next != -1 { entries[next].previous = previous }
  }

  private mutating func link(_ entry: Int) {
    let (previous, next) = (entries[entry].previous, entries[entry].next)
    entries[previous].next = entry
    if next != -1 { entries[next].previous = entry }
  }

  /// Remembers the longest order that was found.
  private mutating func note(_ at: Int) {
    if stack.count > most.count { most = (stack.count, at, state) }
  }

  /// What stood behind the longest order.
  private var report: String {
    let stuck = most.at == -1 ? nil : events[entries[most.at].event]
    let around = events.filter { event in
      guard let stuck else { return false }
      return event.asked <= stuck.told && event.told >= stuck.asked - 300_000
        && event.told < Event.never
    }
    let doubtful = events.filter { $0.answer == .unknown }
    return "after \(most.count) of \(events.count) acts the session was \(most.state), "
      + "which does not explain:\n  \(stuck.map { "\($0)" } ?? "the end")\nbeside\n"
      + around.sorted { $0.asked < $1.asked }.suffix(40).map { "  \($0)" }.joined(separator: "\n")
      + "\nand of unknown outcome\n" + doubtful.map { "  \($0)" }.joined(separator: "\n")
  }
}
