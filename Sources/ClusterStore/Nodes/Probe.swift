// What a connected node is asked of itself, beside what callers ask. Its answer alone says how the node is: an
// error in the answer to a caller may concern one slot, so it only calls for the question.

import Primitives
import Redis

/// Where the asking of a node stands.
struct Probe {
  /// What can be asked.
  enum Question {
    /// Whether it serves its slots.
    case service
    /// How closely it follows its primary.
    case lag
  }

  /// What the answers came to.
  enum Verdict {
    /// It has answered nothing since it was connected.
    case unasked
    /// It serves.
    case serving
    /// It serves nobody now.
    case refusing
  }

  /// The question that is under way, its entry in the node's pipeline (0 when none is), and when the last one
  /// was asked.
  var question = Question.service
  var sequence: UInt64 = 0
  var at = Instant(nanoseconds: .min)
  /// Whether it is asked soon: it is newly connected or has new slots, or a caller was refused.
  var isCalledFor = true
  /// Whether it serves, as far as it has told.
  var verdict = Verdict.unasked
  /// Whether an answer to the present question says that it does not.
  var isRefused = false
  /// The number of the last key that it was asked for.
  var number = 0

  /// How many keys there are, `sg:{namespace:/abc}`. None is a session's, for ids have no `/`. Every slot has some:
  /// a checksum is linear, so that another namespace only changes which.
  static let numbers = 1 << 15

  /// The last part of a key's tag: a `/` and three of 64 ASCII characters without braces, which would end it.
  static func letters(of number: Int) -> InlineArray<4, UInt8> {
    [UInt8(ascii: "/"), letter(number >> 12), letter(number >> 6), letter(number)]
  }

  private static func letter(_ number: Int) -> UInt8 {
    UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number & 63)
  }
}

extension KeySpace {
  /// The slot of a key that a node is asked for.
  func slot(ofProbe number: Int) -> UInt16 {
    var checksum = self.checksum
    let letters = Probe.letters(of: number)
    unsafe checksum.update(letters.span.bytes)
    return checksum.slot
  }
}
