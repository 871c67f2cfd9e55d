// What callers saw of one session that many write plainly and read. Conditions that every history of
// a single value meets; they are necessary, not sufficient. Time is the order in which calls began and
// ended.

import Sessions
import StoreContract

/// The history of one session.
struct History {
  private struct Event {
    /// The version that it wrote; nil for a reading.
    var writes: UInt64?
    var began: Int
    /// Nobody knows when a write ended that may be carried out.
    var ended = Int.max
    /// Whether a write was acknowledged.
    var isAcknowledged = false
    /// Whether it surely was not carried out, or told nothing.
    var isVoid = false
    /// What a reading showed; nil for no session.
    var read: UInt64?
  }

  private var events: [Event] = []
  private var clock = 0

  /// A call begins.
  mutating func begin(writes version: UInt64?) -> Int {
    clock += 1
    events.append(Event(writes: version, began: clock))
    return events.count - 1
  }

  /// A call ends.
  mutating func end(_ event: Int, _ seen: Observation) {
    clock += 1
    switch seen {
    case .created, .replaced:
      events[event].ended = clock
      events[event].isAcknowledged = true
    case .found(let session):
      events[event].ended = clock
      events[event].read = session.version
    case .missing:
      events[event].ended = clock
    case .fault(.outcomeUnknown) where events[event].writes != nil: break
    default:
      events[event].isVoid = true
    }
  }

  /// What cannot be.
  var contradictions: [String] {
    let writes = Dictionary(
      uniqueKeysWithValues: events.compactMap { event in event.writes.map { ($0, event) } })
    let readings = events.filter { $0.writes == nil && !$0.isVoid && $0.ended < .max }
    let acknowledged = events.filter { $0.writes != nil && $0.isAcknowledged }
    var found: [String] = []
    for reading in readings {
      guard let version = reading.read else {
        if acknowledged.contains(where: { $0.ended < reading.began }) {
          found.append("a session that was written is missing")
        }
        continue
      }
      guard let write = writes[version] else {
        found.append("version \(version) was never written")
        continue
      }
      if write.isVoid { found.append("version \(version) was said not to be written") }
      if write.began > reading.ended { found.append("version \(version) was read before") }
      if acknowledged.contains(where: { $0.began > write.ended && $0.ended < reading.began }) {
        found.append("version \(version) was read after it had been replaced")
      }
    }
    return found + inversions(readings, writes) + returns(readings, acknowledged)
  }

  /// A version that was read, then replaced by a write that began after that, and read once more: its
  /// write was repeated over one that may have known of it.
  private func returns(_ readings: [Event], _ acknowledged: [Event]) -> [String] {
    var found: [String] = []
    for later in readings {
      guard let version = later.read,
        let first = readings.filter({ $0.read == version }).map(\.ended).min()
      else { continue }
      if acknowledged.contains(where: { $0.began > first && $0.ended < later.began }) {
        found.append("version \(version) came back")
      }
    }
    return found
  }

  /// Readings one after the other of writes one after the other, in the opposite order.
  private func inversions(_ readings: [Event], _ writes: [UInt64: Event]) -> [String] {
    var found: [String] = []
    for later in readings {
      guard let old = later.read.flatMap({ writes[$0] }) else { continue }
      for earlier in readings where earlier.ended < later.began {
        guard let new = earlier.read.flatMap({ writes[$0] }) else { continue }
        if old.ended < new.began {
          found.append("version \(old.writes!) was read after \(new.writes!)")
        }
      }
    }
    return found
  }
}
