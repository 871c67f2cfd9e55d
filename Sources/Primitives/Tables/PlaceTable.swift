// Values by their places, accessed in place. Data that belongs to a slab's elements but is seldom
// used, or is too large to be moved with them, is kept here, by the index of their tickets.
//
// Rejected: an array. Its elements are accessed through a coroutine, which allocates where the
// compiler does not see through it, and an element larger than a few words is copied when it is
// only read.

/// Values that are accessed by their places.
@safe
public struct PlaceTable<Element>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var count: Int
  private let vacant: Element

  /// A table of `elements`; places that are added after them begin as `vacant`.
  public init(_ elements: [Element] = [], vacant: Element) {
    unsafe base = .allocate(capacity: elements.count)
    count = elements.count
    self.vacant = vacant
    for (place, element) in elements.enumerated() { unsafe (base + place).initialize(to: element) }
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// The value at a place. The place must exist.
  @inlinable
  public subscript(place: Int) -> Element {
    unsafeAddress { unsafe UnsafePointer(address(of: place)) }
    unsafeMutableAddress { unsafe address(of: place) }
  }

  /// The address of the value at a place. Valid until the next place is admitted.
  @unsafe
  @inlinable
  public func address(of place: Int) -> UnsafeMutablePointer<Element> {
    precondition(place >= 0 && place < count, "a place is admitted first")
    return unsafe base + place
  }

  /// The value that belongs to a slab's element. It must have been admitted.
  @inlinable
  public subscript(ticket: Ticket) -> Element {
    unsafeAddress { unsafe UnsafePointer(address(of: Int(ticket.index))) }
    unsafeMutableAddress { unsafe address(of: Int(ticket.index)) }
  }

  /// Makes sure that a slab's element has a place here too.
  @inlinable
  public mutating func admit(_ ticket: Ticket) {
    if ticket.index >= count { grow(for: Int(ticket.index)) }
  }

  @usableFromInline
  mutating func grow(for place: Int) {
    let larger = max(8, 2 * count, place + 1)
    let table = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    unsafe table.moveInitialize(from: base, count: count)
    unsafe (table + count).initialize(repeating: vacant, count: larger - count)
    unsafe base.deallocate()
    unsafe base = table
    count = larger
  }
}
