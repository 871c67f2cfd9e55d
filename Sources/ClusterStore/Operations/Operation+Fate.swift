// What became of a write whose answer was lost, by the header that was found afterwards: the one place
// that decides it (docs/decisions/0009, 0010). A write that is repeated never undoes another that was
// begun after it: it goes again over what was found, and over nothing else.

import Primitives
import Redis
import Sessions

extension Operation {
  /// What was found under the key of a lost write.
  enum Found {
    /// Something that is no record.
    case unreadable
    /// Nothing.
    case nothing
    /// A record.
    case record(RecordHeader)

    /// What a reply to GETRANGE shows.
    init(_ reply: borrowing Reply) {
      self = reply.kind == .string ? Found(reply.string()) : .unreadable
    }

    /// What a repeat's script shows that did not find what it demands.
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

  /// What is to be done about a lost write.
  enum Fate {
    /// It was carried out.
    case executed(Outcome)
    /// A later write stands where it would have stood: as if it had been carried out just before.
    case superseded(Outcome)
    /// It goes again over what was found.
    case repeated(over: Prior)
    /// Nobody knows.
    case unknown
  }

  /// What became of this write.
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
      // Somebody removed what its reading had shown: it must not come back.
      if case .version = prior { return .unknown }
      return .repeated(over: .nothing)
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
      // Gone, as was wanted. Under a condition or a lock it may have been refused, and another one's was done.
      return isPlain(condition) ? .executed(.deleted) : .unknown
    case .record(let header):
      // With a condition it was refused if it found nothing, as it may have unless something is known.
      let wasThere = if case .version = ground { true } else { false }
      let isPlain = !isScripted && (condition == .none || wasThere)
      return fate(header, isPlain: isPlain, .deleted)
    }
  }

  /// Whether it acts on whatever is there.
  private func isPlain(_ condition: Condition) -> Bool { condition == .none && !isScripted }

  /// By a record that is neither this write's nor one that it saw.
  private func fate(_ header: RecordHeader, isPlain: Bool, _ outcome: Outcome) -> Fate {
    switch beginning.order(of: header) {
    case .before: .repeated(over: .version(header.version))
    case .after: isPlain && header.stamp.kind == .plain ? .superseded(outcome) : .unknown
    case .undecided: .unknown
    }
  }
}
