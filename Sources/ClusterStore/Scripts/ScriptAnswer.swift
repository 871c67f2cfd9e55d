// Parses a script's answer. Bytes come in, a case goes out; `Script` lists the letters.

import Primitives
import Redis
import Sessions

/// A script's answer.
enum ScriptAnswer: Equatable {
  case created, replaced, touched, deleted, released, releasedBefore, missing, lockLost, stagedGone
  case noRecord, changed
  case conditionFailed(SessionVersion?)
  /// Milliseconds.
  case held(age: UInt64, left: UInt64)
  /// Milliseconds.
  case locked(LockToken, left: UInt64)

  /// Parses an answer; nil if it is not one.
  init?(_ reply: borrowing Reply) {
    guard reply.kind == .string, let letter = reply.string().networkOrder(at: 0, as: UInt8.self)
    else {
      return nil
    }
    switch letter {
    case UInt8(ascii: "C"): self = .created
    case UInt8(ascii: "R"): self = .replaced
    case UInt8(ascii: "T"): self = .touched
    case UInt8(ascii: "D"): self = .deleted
    case UInt8(ascii: "U"): self = .released
    case UInt8(ascii: "V"): self = .releasedBefore
    case UInt8(ascii: "M"): self = .missing
    case UInt8(ascii: "X"): self = .lockLost
    case UInt8(ascii: "S"): self = .stagedGone
    case UInt8(ascii: "B"): self = .noRecord
    case UInt8(ascii: "O"): self = .changed
    case UInt8(ascii: "F"):
      let version = reply.string().networkOrder(at: 1, as: UInt64.self)
      self = .conditionFailed(version.map(SessionVersion.init(bits:)))
    case UInt8(ascii: "H"):
      guard let age = reply.string().networkOrder(at: 1, as: UInt64.self),
        let left = reply.string().networkOrder(at: 9, as: UInt64.self)
      else { return nil }
      self = .held(age: age, left: left)
    case UInt8(ascii: "L"):
      guard let high = reply.string().networkOrder(at: 1, as: UInt64.self),
        let low = reply.string().networkOrder(at: 9, as: UInt64.self),
        let left = reply.string().networkOrder(at: 17, as: UInt64.self)
      else { return nil }
      self = .locked(LockToken(high: high, low: low), left: left)
    default: return nil
    }
  }
}
