// Deadlines of connections, keyed by the connection's place in its slab. In: an id and an instant.
// Out: ids whose instant has passed. One per worker; the time is a parameter.
//
// A hashed wheel: 1,024 lists, one for each tick of a revolution, threaded through a table indexed
// by id. Setting, moving and cancelling are O(1), without allocation once the table has grown.
// Moving a deadline later only changes a number: the entry moves to its new list when the old one
// comes up, so a keep-alive extended with each request costs one store. A deadline beyond one
// revolution waits in the revolution's last list.
//
// An id fires in the tick after its instant: never early, and at most one tick late.
// Rejected: a heap (O(log n), and each extension moves entries), a timerfd for each deadline.

public import Primitives

/// Many deadlines, most of them moved or cancelled before they pass.
@safe
public struct TimerWheel: ~Copyable {
  private static let slots = 1_024
  private static let none = UInt32.max

  private struct Entry {
    /// Nanoseconds; may be later than the list that the entry is in.
    var deadline: Int64 = 0
    var next = TimerWheel.none
    var previous = TimerWheel.none
    /// The tick of the list that the entry is in; -1 for none.
    var tick: Int64 = -1
  }

  private let inPlace = InPlace()
  private let tick: Int64
  /// The tick whose list comes next; all entries are in the revolution that starts with it.
  private var cursor: Int64
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private let heads: UnsafeMutablePointer<UInt32>
  /// One bit for each list; set when it is not empty.
  private var occupied: InlineArray<16, UInt64>
  /// How many deadlines are set.
  public private(set) var count: Int

  /// A wheel without deadlines that starts at `now` and advances in steps of `tick`.
  public init(now: Instant, tick: TimeSpan = .milliseconds(8)) {
    precondition(tick.nanoseconds > 0, "a tick takes some time")
    self.tick = tick.nanoseconds
    cursor = now.nanoseconds / tick.nanoseconds
    unsafe entries = .allocate(capacity: 0)
    capacity = 0
    unsafe heads = .allocate(capacity: Self.slots)
    unsafe heads.initialize(repeating: Self.none, count: Self.slots)
    occupied = InlineArray(repeating: 0)
    count = 0
  }

  deinit {
    unsafe entries.deallocate()
    unsafe heads.deallocate()
  }

  /// Sets or moves the deadline of `id`. `Instant.never` cancels it.
  public mutating func set(_ id: UInt32, at deadline: Instant) {
    if deadline == .never { return cancel(id) }
    if Int(id) >= capacity { grow(for: id) }
    let entry = unsafe entries + Int(id)
    unsafe entry.pointee.deadline = deadline.nanoseconds
    if unsafe entry.pointee.tick >= 0 {
      // Due in its list's tick or later: found without the division in `due`.
      if unsafe deadline.nanoseconds > (entry.pointee.tick - 1) * tick { return }
      unlink(id)
    }
    link(id, due: due(deadline.nanoseconds))
  }

  /// Removes the deadline of `id`, if it has one.
  public mutating func cancel(_ id: UInt32) {
    guard Int(id) < capacity, unsafe entries[Int(id)].tick >= 0 else { return }
    unlink(id)
  }

  /// The deadline of `id`, if it has one.
  public func deadline(of id: UInt32) -> Instant? {
    guard Int(id) < capacity, unsafe entries[Int(id)].tick >= 0 else { return nil }
    return unsafe Instant(nanoseconds: entries[Int(id)].deadline)
  }

  /// Removes an id whose deadline has passed by `now`. Call it until it returns nil.
  public mutating func popExpired(now: Instant) -> UInt32? {
    let present = now.nanoseconds / tick
    while let first = occupiedTick(), first <= present {
      cursor = first
      let id = unsafe heads[slot(first)]
      let due = unsafe due(entries[Int(id)].deadline)
      unlink(id)
      if due <= present { return id }
      link(id, due: due)
    }
    cursor = max(cursor, present)
    return nil
  }

  /// No id fires before this instant; `.never` when no deadline is set.
  public var next: Instant {
    guard let first = occupiedTick() else { return .never }
    return Instant(nanoseconds: first * tick)
  }

  /// The first tick that begins at or after the deadline.
  private func due(_ deadline: Int64) -> Int64 {
    deadline <= 0 ? 0 : (deadline - 1) / tick + 1
  }

  private func slot(_ tick: Int64) -> Int { Int(tick) & (Self.slots - 1) }

  /// The tick of the first list that is not empty, from the cursor on.
  private func occupiedTick() -> Int64? {
    if count == 0 { return nil }
    let start = slot(cursor)
    var word = start >> 6
    var bits = occupied[word] & (UInt64.max << UInt64(start & 63))
    for _ in 0...16 {
      if bits != 0 {
        let found = word << 6 + bits.trailingZeroBitCount
        return cursor + Int64((found - start) & (Self.slots - 1))
      }
      word = (word + 1) & 15
      bits = occupied[word]
    }
    return nil
  }

  private mutating func link(_ id: UInt32, due: Int64) {
    let tick = min(max(due, cursor), cursor + Int64(Self.slots) - 1)
    let slot = slot(tick)
    let head = unsafe heads[slot]
    let entry = unsafe entries + Int(id)
    unsafe entry.pointee.tick = tick
    unsafe entry.pointee.next = head
    unsafe entry.pointee.previous = Self.none
    if head != Self.none { unsafe entries[Int(head)].previous = id }
    unsafe heads[slot] = id
    occupied[slot >> 6] |= 1 << UInt64(slot & 63)
    count += 1
  }

  private mutating func unlink(_ id: UInt32) {
    let entry = unsafe entries[Int(id)]
    let slot = slot(entry.tick)
    if entry.next != Self.none { unsafe entries[Int(entry.next)].previous = entry.previous }
    if entry.previous != Self.none {
      unsafe entries[Int(entry.previous)].next = entry.next
    } else {
      unsafe heads[slot] = entry.next
      if entry.next == Self.none { occupied[slot >> 6] &= ~(1 << UInt64(slot & 63)) }
    }
    unsafe entries[Int(id)].tick = -1
    count -= 1
  }

  private mutating func grow(for id: UInt32) {
    let larger = max(64, capacity * 2, Int(id) + 1)
    let table = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
    unsafe table.moveInitialize(from: entries, count: capacity)
    unsafe entries.deallocate()
    unsafe (table + capacity).initialize(repeating: Entry(), count: larger - capacity)
    unsafe entries = table
    capacity = larger
  }
}
