// A table with stable places: an element is found by its place in one step, and a generation tells
// the present tenant of a place from earlier ones. Events from epoll, timers and replies from Redis
// carry a ticket; when its element is gone, the ticket finds nothing.
//
// What the data path calls is inlinable across modules: only then is it compiled for the element's
// type, instead of moving each element through a table of functions.

/// The place of an element in a slab, and which of the place's tenants it is.
public struct Ticket: Hashable, Sendable {
  /// The place in the table.
  public let index: UInt32
  /// Which tenant of the place: odd for a ticket that was given out, else 0.
  public let generation: UInt32

  /// A ticket from its parts, as epoll returns them. One whose generation was never given out finds
  /// nothing.
  @inlinable
  public init(index: UInt32, generation: UInt32) {
    self.index = index
    self.generation = generation & 1 == 1 ? generation : 0
  }

  /// The ticket that `packed` is.
  @inlinable
  public init(packed: UInt64) {
    self.init(
      index: UInt32(truncatingIfNeeded: packed),
      generation: UInt32(truncatingIfNeeded: packed >> 32))
  }

  /// The ticket in 64 bits, as epoll keeps it: the generation in the upper half.
  @inlinable
  public var packed: UInt64 { UInt64(generation) << 32 | UInt64(index) }

  /// The ticket that finds nothing.
  public static var none: Ticket { Ticket(index: 0, generation: 0) }
}

/// A bounded table of elements with stable places.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  // Odd while the place is taken, even while it is free, and never 0. A ticket's generation is odd
  // or 0, so comparing the two is enough to tell whether its element is there.
  @usableFromInline var generations: UnsafeMutablePointer<UInt32>
  @usableFromInline var free: UnsafeMutablePointer<UInt32>
  @usableFromInline var freeCount: Int
  @usableFromInline var capacity: Int
  /// How many places there may be.
  public let limit: Int

  // The generation of a place that has had no tenant.
  private let unused: UInt32

  /// An empty table for at most `limit` elements; storage is allocated as it fills.
  public init(limit: Int) { self.init(limit: limit, unused: 2) }

  /// A table whose places start at generation `unused`, so that a test can reach the last
  /// generation.
  init(limit: Int, unused: UInt32) {
    precondition(limit > 0 && limit <= Int(UInt32.max), "a slab holds 1 to 2^32 - 1 elements")
    precondition(unused > 0 && unused & 1 == 0, "a free place's generation is even and not 0")
    unsafe base = .allocate(capacity: 0)
    unsafe generations = .allocate(capacity: 0)
    unsafe free = .allocate(capacity: 0)
    freeCount = 0
    capacity = 0
    self.limit = limit
    self.unused = unused
  }

  deinit {
    for index in 0..<capacity where unsafe generations[index] & 1 == 1 {
      unsafe (base + index).deinitialize(count: 1)
    }
    unsafe base.deallocate()
    unsafe generations.deallocate()
    unsafe free.deallocate()
  }

  /// How many places are taken.
  @inlinable
  public var count: Int { capacity - freeCount }

  /// Whether no more elements fit.
  @inlinable
  public var isFull: Bool { count == limit }

  /// How many places have storage; all tickets' indices are less than it.
  @inlinable
  public var places: Int { capacity }

  /// Gives `element` a place. The table must not be full.
  @inlinable
  public mutating func insert(_ element: consuming Element) -> Ticket {
    precondition(count < limit, "ask isFull before inserting")
    if freeCount == 0 { grow() }
    freeCount -= 1
    let index = unsafe free[freeCount]
    unsafe generations[Int(index)] &+= 1
    unsafe (base + Int(index)).initialize(to: element)
    return unsafe Ticket(index: index, generation: generations[Int(index)])
  }

  /// Whether the ticket's element is still there.
  @inlinable
  public func contains(_ ticket: Ticket) -> Bool {
    guard Int(ticket.index) < capacity else { return false }
    return unsafe generations[Int(ticket.index)] == ticket.generation
  }

  /// The ticket of the element at a place; nil if the place is free.
  @inlinable
  public func ticket(at index: Int) -> Ticket? {
    guard index < capacity, unsafe generations[index] & 1 == 1 else { return nil }
    return unsafe Ticket(index: UInt32(truncatingIfNeeded: index), generation: generations[index])
  }

  /// The ticket of the first element at `place` or after it; nil if there is none. `place` is moved
  /// behind it, so that the next call goes on from there, whatever was done with the element:
  ///
  ///     var place = 0
  ///     while let ticket = slab.next(&place) { … }
  @inlinable
  public func next(_ place: inout Int) -> Ticket? {
    while place < capacity {
      place += 1
      if let ticket = ticket(at: place - 1) { return ticket }
    }
    return nil
  }

  /// The ticket's element. It must be there.
  @inlinable
  public subscript(ticket: Ticket) -> Element {
    unsafeAddress {
      precondition(contains(ticket), "the element is gone: ask contains first")
      return unsafe UnsafePointer(base + Int(ticket.index))
    }
    unsafeMutableAddress {
      precondition(contains(ticket), "the element is gone: ask contains first")
      return unsafe base + Int(ticket.index)
    }
  }

  /// Takes the ticket's element out and frees its place. It must be there.
  @inlinable
  public mutating func remove(_ ticket: Ticket) -> Element {
    precondition(contains(ticket), "the element is gone: ask contains first")
    let element = unsafe (base + Int(ticket.index)).move()
    vacate(ticket)
    return element
  }

  /// Destroys the ticket's element where it is and frees its place, like `remove` but without
  /// moving the element out. It must be there.
  @inlinable
  public mutating func discard(_ ticket: Ticket) {
    precondition(contains(ticket), "the element is gone: ask contains first")
    unsafe (base + Int(ticket.index)).deinitialize(count: 1)
    vacate(ticket)
  }

  @inlinable
  mutating func vacate(_ ticket: Ticket) {
    let next = ticket.generation &+ 1
    unsafe generations[Int(ticket.index)] = next == 0 ? 2 : next
    unsafe free[freeCount] = ticket.index
    freeCount += 1
  }

  @usableFromInline
  mutating func grow() {
    let larger = min(limit, max(8, capacity * 2))
    let elements = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    let tenants = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
    let places = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
    // Only a full table grows, so every old place holds an element.
    unsafe elements.moveInitialize(from: base, count: capacity)
    unsafe tenants.initialize(from: generations, count: capacity)
    unsafe base.deallocate()
    unsafe generations.deallocate()
    unsafe free.deallocate()
    unsafe (tenants + capacity).initialize(repeating: unused, count: larger - capacity)
    // The lowest free place is on top, so that a small table stays dense.
    for (position, index) in (capacity..<larger).reversed().enumerated() {
      unsafe places[position] = UInt32(index)
    }
    freeCount = larger - capacity
    unsafe base = elements
    unsafe generations = tenants
    unsafe free = places
    capacity = larger
  }
}
