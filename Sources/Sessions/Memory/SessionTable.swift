// The hash table of a shard: names of sessions come in, places go out; a place is good until the
// table is changed. Owned by its shard, which bounds it by the budget of bytes.
//
// Open addressing with linear probing and deletion by shifting back, so there are no tombstones and
// a table that emptied is as fast as a new one. The hash is the standard library's SipHash with its
// seed of the process: nobody outside can choose ids that meet in one place. It stands in an array
// of its own, eight places to a cache line, and is compared before a session's bytes are touched.
// The table doubles at three quarters full and halves below a quarter, in one go: with 256 shards
// of a million sessions that is 4,000 places.
//
// Sessions past their timeout are freed by a hand that goes round the places, a few at a time.
//
// Rejected: Dictionary (its keys would be allocated for each lookup, and it has no hand), a wheel of
// timers (three links a session, and moving them for each read), growing step by step (each lookup
// would ask two tables).

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

  /// The hash of a session's name, different in each process; the highest bit is always set.
  static func hash(_ namespace: NamespaceIndex, _ id: RawSpan) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(namespace.rawValue)
    unsafe id.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt64(truncatingIfNeeded: hasher.finalize()) | 1 << 63
  }

  /// The place of the session with this name; nil when it is not here.
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

  /// Takes out the session at a place that `find` gave.
  @discardableResult
  mutating func remove(at place: Int) -> SessionEntry {
    precondition(isTaken(place), "no session is at that place")
    let entry = unsafe (entries + place).move()
    close(place)
    count -= 1
    if places > Self.smallest, count * 4 < places { resize(to: places / 2) }
    return entry
  }

  /// Looks at up to `limit` places and frees the sessions there that are past their timeout. An
  /// empty table is not looked at.
  ///
  /// - Returns: how many places it looked at, and what the freed sessions cost.
  mutating func sweep(_ limit: Int, at instant: Instant) -> (looked: Int, freed: Int) {
    let looked = count == 0 ? 0 : min(limit, places)
    var freed = 0
    for _ in 0..<looked {
      hand &= mask
      if unsafe hashes[hand] != 0, unsafe entries[hand].isOver(at: instant) {
        // What shifts back into this place is looked at next.
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

  /// Shifts back what stands behind an emptied place and would not be found across the gap.
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
