// What callers asked of sessions and what they were told, with the times between which it must have
// happened. A value: recorded by `HistoryCallers`, judged by `HistoryChecker`.

/// A write's number within a history; 0 stands for no session.
typealias WriteNumber = Int
/// A lock's number within a history; 0 stands for no lock.
typealias LockNumber = Int

/// What an act comes with.
enum Demand: Hashable, Sendable {
  /// Nothing.
  case none
  /// `If-Match: *`
  case exists
  /// `If-None-Match: *`
  case absent
  /// `If-Match` with the versions of these writes.
  case written([WriteNumber])
}

/// What a caller asked of one session.
enum Act: Hashable, Sendable {
  /// GET, which slides, or GET `?touch=false` and HEAD, which do not.
  case read(slides: Bool)
  case put(WriteNumber, Demand, holding: LockNumber, unlocks: Bool)
  case touch(Demand)
  case delete(Demand, holding: LockNumber)
  /// The number is that of the lock that the caller says it has; `fresh` that of the one it would get
  /// if its answer never came.
  case lock(holding: LockNumber, fresh: LockNumber, lease: Int)
  case renew(LockNumber, lease: Int)
  case unlock(LockNumber)
}

/// What it was told.
enum Answer: Hashable, Sendable {
  /// 200 or 304; seconds until the session ends, or 0 where it was not told.
  case found(WriteNumber, expiresIn: Int)
  /// 201
  case created
  /// 204
  case done
  /// 404
  case missing
  /// 412, with the present write's version or 0.
  case refused(WriteNumber)
  /// 200 of a lock.
  case locked(WriteNumber, LockNumber, expiresIn: Int)
  /// 423
  case held
  /// 409
  case lost
  /// 504, or no answer at all: it may have happened, or happens yet.
  case unknown
}

/// An act and its answer.
struct Event: Hashable, Sendable {
  /// Which session it is about.
  var session: Int
  /// Who asked, and which gateway.
  var caller: Int
  var gateway = 0
  var act: Act
  var answer: Answer
  /// When the request was sent, in microseconds since the history began.
  var asked: Int
  /// When the answer had come.
  var told: Int
  /// Whether somebody else of the same session wanted the lock through the same gateway meanwhile: a
  /// lock that is free is then left to who came before.
  var hasRival = false

  /// An event whose answer never came ends never.
  static let never = Int.max / 4
}

extension Event: CustomStringConvertible {
  var description: String {
    let end = told == Event.never ? "..." : "\(told)"
    return "caller \(caller) [\(asked), \(end)] \(act) -> \(answer)"
  }
}
