// The hash table of a shard: names of sessions come in, places go out. A place is valid until the
// table changes. Owned by its shard, which bounds it by the budget of bytes.
//
// Open addressing with linear probing, and deletion by shifting back: there are no tombstones, and
// an emptied table is as fast as a new one. The hash is the standard library's SipHash, seeded per
// process, so that no client can choose ids that collide. Hashes have an array of their own, eight
// to a cache line, and are compared before a session's bytes are touched. The table doubles when
// three quarters full and halves when less than a quarter full, in one go: with a million sessions
// in 256 shards, that moves about 4,000.
//
// A hand goes round the places, a few at a time, and frees sessions past their timeout.
//
// Rejected: Dictionary (a key would be allocated for each lookup, and there is no hand), a timer
// wheel (three links per session, moved at each read), growing step by step (each lookup would have
// to search two tables).

import Primitives

/// Sessions by namespace and id.
@safe
struct SessionTable: ~Copyable {
  // 0 where the place is free; a session's hash is never 0.
  private var hashes: UnsafeMutablePointer<UInt64>
  private var entries: UnsafeMutablePointer<SessionEntry>
  private var mask: Int
  private var hand: Int
  /// How many sessions the table holds.
  private(set) var count: Int

  private static let smallest = 8

  /// An empty table.
  init() {
    (unsafe hashes, unsafe entries) = unsafe Self.allocate(Self.smallest)
    mask = Self.smallest - 1
    hand = 0
    count = 0
  }

  deinit {
    for place in 0...mask where unsafe hashes[place] != 0 {
      unsafe (entries + place).deinitialize(count: 1)
    }
    unsafe hashes.deallocate()
    unsafe entries.deallocate()
  }

  /// How many places there are, free ones included.
  var places: Int { mask + 1 }

  /// The hash of a session's name; differs between processes. The highest bit is always set.
  static func hash(_ namespace: NamespaceIndex, _ id: RawSpan) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(namespace.rawValue)
    unsafe id.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt64(truncatingIfNeeded: hasher.finalize()) | 1 << 63
  }

  /// The place of the session with this name; nil when there is none.
  func find(_ hash: UInt64, _ namespace: NamespaceIndex, _ id: RawSpan) -> Int? {
    var place = home(hash)
    while unsafe hashes[place] != 0 {
      if unsafe hashes[place] == hash, unsafe entries[place].record.isNamed(namespace, id) {
        return place
      }
      place = (place + 1) & mask
    }
    return nil
  }

  /// The session at a place that `find` gave.
  subscript(place: Int) -> SessionEntry {
    unsafeAddress {
      precondition(isTaken(place), "no session is at that place")
      return unsafe UnsafePointer(entries + place)
    }
    unsafeMutableAddress {
      precondition(isTaken(place), "no session is at that place")
      return unsafe entries + place
    }
  }

  /// Adds a session whose name the table does not hold.
  mutating func insert(_ entry: consuming SessionEntry, hash: UInt64) {
    precondition(hash != 0, "0 marks a free place")
    if (count + 1) * 4 > places * 3 { resize(to: places * 2) }
    let place = freePlace(hash)
    unsafe hashes[place] = hash
    unsafe (entries + place).initialize(to: entry)
    count += 1
  }

  /// Removes the session at a place that `find` gave.
  @discardableResult
  mutating func remove(at place: Int) -> SessionEntry {
    precondition(isTaken(place), "no session is at that place")
    let entry = unsafe (entries + place).move()
    close(place)
    count -= 1
    if places > Self.smallest, count * 4 < places { resize(to: places / 2) }
    return entry
  }

  /// Looks at up to `limit` places and frees the sessions there that are past their timeout. Does
  /// nothing in an empty table.
  ///
  /// - Returns: how many places it looked at, and how many bytes of the budget the freed sessions
  ///   took.
  mutating func sweep(_ limit: Int, at instant: Instant) -> (looked: Int, freed: Int) {
    let looked = count == 0 ? 0 : min(limit, places)
    var freed = 0
    for _ in 0..<looked {
      hand &= mask
      if unsafe hashes[hand] != 0, unsafe entries[hand].isOver(at: instant) {
        // The hand stays, since another session may have shifted back into this place.
        freed += remove(at: hand).cost
      } else {
        hand += 1
      }
    }
    return (looked, freed)
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

  private func isTaken(_ place: Int) -> Bool {
    unsafe place >= 0 && place <= mask && hashes[place] != 0
  }

  private func freePlace(_ hash: UInt64) -> Int {
    var place = home(hash)
    while unsafe hashes[place] != 0 { place = (place + 1) & mask }
    return place
  }

  /// Shifts back the sessions after an emptied place that would not be found across the gap.
  private mutating func close(_ emptied: Int) {
    var gap = emptied
    var place = (gap + 1) & mask
    while unsafe hashes[place] != 0 {
      let distanceFromHome = unsafe (place - home(hashes[place])) & mask
      if distanceFromHome >= (place - gap) & mask {
        unsafe hashes[gap] = hashes[place]
        unsafe (entries + gap).moveInitialize(from: entries + place, count: 1)
        gap = place
      }
      place = (place + 1) & mask
    }
    unsafe hashes[gap] = 0
  }

  private mutating func resize(to places: Int) {
    let (oldHashes, oldEntries, oldMask) = unsafe (hashes, entries, mask)
    (unsafe hashes, unsafe entries) = unsafe Self.allocate(places)
    mask = places - 1
    for old in 0...oldMask where unsafe oldHashes[old] != 0 {
      let place = unsafe freePlace(oldHashes[old])
      unsafe hashes[place] = oldHashes[old]
      unsafe (entries + place).moveInitialize(from: oldEntries + old, count: 1)
    }
    unsafe oldHashes.deallocate()
    unsafe oldEntries.deallocate()
  }

  private static func allocate(
    _ places: Int
  ) -> (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<SessionEntry>) {
    let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: places)
    unsafe hashes.initialize(repeating: 0, count: places)
    return unsafe (hashes, UnsafeMutablePointer<SessionEntry>.allocate(capacity: places))
  }
}
