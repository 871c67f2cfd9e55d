// Decides what became of a write whose reply was lost, from the header that was found afterwards
// (docs/decisions/0009, 0010); nothing else decides it. A repeated write never undoes another write
// that began after it: it is carried out only over what was found.

import Primitives
import Redis
import Sessions

extension Operation {
  /// What was found under the key of a lost write.
  enum Found {
    /// Something other than a record.
    case unreadable
    /// Nothing.
    case nothing
    /// A record.
    case record(RecordHeader)

    /// What a reply to GETRANGE shows.
    init(_ reply: borrowing Reply) {
      self = reply.kind == .string ? Found(reply.string()) : .unreadable
    }

    /// What the script of a repeat returns when its condition failed.
    init(changed reply: borrowing Reply) {
      let isSeen = ScriptAnswer(reply) == .changed
      self = isSeen ? Found(reply.string().extracting(droppingFirst: 1)) : .unreadable
    }

    private init(_ header: RawSpan) {
      if header.isEmpty {
        self = .nothing
      } else {
        self = RecordHeader(header).map { .record($0) } ?? .unreadable
      }
    }
  }

  /// What to do about a lost write.
  enum Fate {
    /// It was carried out.
    case executed(Outcome)
    /// A later write has taken its place: the outcome is the same as if it had been carried out
    /// just before that one.
    case superseded(Outcome)
    /// It is repeated over what was found.
    case repeated(over: Prior)
    /// It cannot be known.
    case unknown
  }

  /// The fate of this write.
  func fate(_ found: Found) -> Fate {
    guard case .session(let verb, let condition) = purpose else { return .unknown }
    switch verb {
    case .put: return fateOfPut(found, condition)
    case .delete: return fateOfDelete(found, condition)
    case .get, .peek, .inspect, .touch, .lock, .renew, .unlock:
      preconditionFailure("what may be done twice goes again without a question")
    }
  }

  private func fateOfPut(_ found: Found, _ condition: Condition) -> Fate {
    switch found {
    case .unreadable: return .unknown
    case .nothing:
      // The session that its reading had shown was removed since: it must not come back.
      if case .version = prior { return .unknown }
      // One that demands a session or a lock would now be refused, although it may have been
      // carried out before the session was removed.
      return isPlain(condition) || condition == .absent ? .repeated(over: .nothing) : .unknown
    case .record(let header):
      if header.version == version {
        let isNew = condition == .absent || condition == .none && prior == .nothing
        return .executed(isNew ? .created(version) : .replaced(version))
      }
      if .version(header.version) == prior { return .repeated(over: prior) }
      return fate(header, isPlain: isPlain(condition), .replaced(version))
    }
  }

  private func fateOfDelete(_ found: Found, _ condition: Condition) -> Fate {
    switch found {
    case .unreadable: return .unknown
    case .nothing:
      // It is gone, as intended. With a condition or a lock, this delete may have been refused and
      // another one carried out.
      return isPlain(condition) ? .executed(.deleted) : .unknown
    case .record(let header):
      // With a condition it may have been refused: nobody knows which sessions there were before
      // this one.
      return fate(header, isPlain: isPlain(condition), .deleted)
    }
  }

  /// Whether it acts on whatever is there.
  private func isPlain(_ condition: Condition) -> Bool { condition == .none && !isFenced }

  /// The fate, judged by a record that is neither this write's own nor the one it saw.
  private func fate(_ header: RecordHeader, isPlain: Bool, _ outcome: Outcome) -> Fate {
    switch beginning.order(of: header) {
    case .before: .repeated(over: .version(header.version))
    case .after: isPlain && header.stamp.kind == .plain ? .superseded(outcome) : .unknown
    case .undecided: .unknown
    }
  }
}
