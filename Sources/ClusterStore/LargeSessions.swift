// Remembers which sessions are large. A write shows how large it is; a read does not tell what it will
// bring, but whoever is read was written or read before, most often through the same worker.
//
// One session is remembered for each slot, by 16 bits of a hash: a stranger is taken for it once in
// 65,536 times, and then waits for a turn that it did not need. Bounded: 64 KiB, once there is one.

import Primitives
import Redis
import Sessions

/// The sizes of large sessions that were seen last.
struct LargeSessions {
  /// From how many bytes on a session is large.
  static let least = 128 << 10

  private struct Place {
    var mark: UInt16 = 0
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

  /// FNV-1a, folded.
  private static func mark(of id: borrowing SessionID) -> UInt16 {
    var hash: UInt32 = 0x811C_9DC5
    let bytes = id.bytes
    for position in 0..<bytes.byteCount {
      hash = (hash ^ UInt32(bytes.byte(at: position))) &* 0x0100_0193
    }
    return UInt16(truncatingIfNeeded: hash ^ hash >> 16)
  }
}
