// Remembers which sessions are large. A write shows its size; a read does not show what it will
// bring, but the session was written or read before, most often through the same worker.
//
// One session is remembered for each slot, by a 32-bit hash; a session mistaken for it waits for a
// turn that it did not need. Bounded: 128 KiB, once a large session has been seen.

import Primitives
import Redis
import Sessions

/// The sizes of the large sessions seen last.
struct LargeSessions {
  /// The size from which a session is large, in bytes.
  static let least = 128 << 10

  private struct Place {
    var mark: UInt32 = 0
    // 0: no session.
    var kibibytes: UInt16 = 0
  }

  private var places: [Place] = []

  /// The bytes that the session was last seen to have; 0 if it is not known to be large.
  func size(of id: borrowing SessionID, in slot: UInt16) -> Int {
    if places.isEmpty { return 0 }
    let place = places[Int(slot)]
    guard place.kibibytes > 0, place.mark == Self.mark(of: id) else { return 0 }
    return Int(place.kibibytes) << 10
  }

  /// Notes the bytes of a session that is large, or was known to be.
  mutating func note(_ size: Int, of id: borrowing SessionID, in slot: UInt16) {
    if places.isEmpty { places = Array(repeating: Place(), count: HashSlot.count) }
    let kibibytes = size >= Self.least ? UInt16(clamping: size >> 10) : 0
    places[Int(slot)] = Place(mark: Self.mark(of: id), kibibytes: kibibytes)
  }

  /// A hash that differs in each process.
  private static func mark(of id: borrowing SessionID) -> UInt32 {
    var hasher = Hasher()
    unsafe id.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}
