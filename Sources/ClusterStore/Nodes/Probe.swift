// What a connected node is asked about itself, apart from callers' commands. Only a probe's answer
// decides how the node is: an error in the answer to a caller may concern one slot only, so it
// merely triggers a probe.

import Primitives
import Redis

/// The state of a node's probes.
struct Probe {
  /// What a probe can ask.
  enum Question {
    /// Whether it serves its slots.
    case service
    /// How closely it follows its primary.
    case lag
  }

  /// What the answers have shown.
  enum Verdict {
    /// Nothing yet on this connection.
    case unasked
    /// It serves.
    case serving
    /// It currently serves no callers.
    case refusing
  }

  /// The probe in progress, its entry in the node's pipeline (0 if there is none), and when the
  /// last one was sent.
  var question = Question.service
  var sequence: UInt64 = 0
  var at = Instant(nanoseconds: .min)
  /// Whether to probe soon: the node is newly connected, has new slots, or refused a caller.
  var isCalledFor = true
  /// Whether it serves, as far as is known.
  var verdict = Verdict.unasked
  /// Whether an answer to the present probe was a refusal.
  var isRefused = false
  /// The number of the last key used.
  var number = 0

  /// The number of keys, `sg:{namespace:/abc}`. None is a session's, because ids contain no `/`.
  /// Every slot has some: the checksum is linear, so another namespace only changes which.
  static let numbers = 1 << 15

  /// The last part of a key's tag: `/` and three of 64 ASCII characters, without braces, which
  /// would end the tag.
  static func letters(of number: Int) -> InlineArray<4, UInt8> {
    [UInt8(ascii: "/"), letter(number >> 12), letter(number >> 6), letter(number)]
  }

  private static func letter(_ number: Int) -> UInt8 {
    UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number & 63)
  }
}

extension KeySpace {
  /// The slot of a probe's key.
  func slot(ofProbe number: Int) -> UInt16 {
    var checksum = self.checksum
    let letters = Probe.letters(of: number)
    unsafe checksum.update(letters.span.bytes)
    return checksum.slot
  }
}
