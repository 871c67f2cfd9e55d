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

  /// The last question, its entry in the node's pipeline, and when it was asked.
  var question = Question.service
  var sequence: UInt64 = 0
  var at = Instant(nanoseconds: .min)
  /// Whether it is asked soon: it is newly connected, or a caller was refused.
  var isCalledFor = true
  /// Whether its last answer was that it serves nobody now.
  var isRefused = false
  /// The number of the last key that it was asked for.
  var number = 0

  /// How many keys `sg:{:abc}` there are. No session has one of them, for namespaces have names; every
  /// slot has some.
  static let numbers = 1 << 15

  /// The three letters of a key: 64 ASCII characters without braces, which would end the hash tag.
  static func letters(of number: Int) -> InlineArray<3, UInt8> {
    [letter(number >> 12), letter(number >> 6), letter(number)]
  }

  private static func letter(_ number: Int) -> UInt8 {
    UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number & 63)
  }

  /// The slot of a key.
  static func slot(of number: Int) -> UInt16 {
    var checksum = HashSlot.Hasher()
    checksum.update(UInt8(ascii: ":"))
    let letters = letters(of: number)
    for place in letters.indices { checksum.update(letters[place]) }
    return checksum.slot
  }
}
