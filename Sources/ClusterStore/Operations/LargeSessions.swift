// Remembers which sessions are large. A write shows how large it is; a read does not tell what it will
// bring, but whoever is read was written or read before, most often through the same worker.
//
// One session is remembered for each slot, by 32 bits of a hash: whoever is taken for it waits for a turn
// that it did not need. Bounded: 128 KiB, once there is one.

import Primitives
import Redis
import Sessions

/// The sizes of large sessions that were seen last.
struct LargeSessions {
  /// From how many bytes on a session is large.
  static let least = 128 << 10

  private struct Place {
    var mark: UInt32 = 0
    // 0 for nobody.
    var kibibytes: UInt16 = 0
  }

  private var places: [Place] = []

  /// How many bytes the session was seen to have; 0 when it is not known to be large.
  func size(of id: borrowing SessionID, in slot: UInt16) -> Int {
    if places.isEmpty { return 0 }
    let place = places[Int(slot)]
    guard place.kibibytes > 0, place.mark == Self.mark(of: id) else { return 0 }
    return Int(place.kibibytes) << 10
  }

  /// Notes how many bytes a session has that is large, or was known to be.
  mutating func note(_ size: Int, of id: borrowing SessionID, in slot: UInt16) {
    if places.isEmpty { places = Array(repeating: Place(), count: HashSlot.count) }
    let kibibytes = size >= Self.least ? UInt16(clamping: size >> 10) : 0
    places[Int(slot)] = Place(mark: Self.mark(of: id), kibibytes: kibibytes)
  }

  /// A hash, different in each process.
  private static func mark(of id: borrowing SessionID) -> UInt32 {
    var hasher = Hasher()
    unsafe id.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}
