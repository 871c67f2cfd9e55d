// Values by their places, each reached where it is. What belongs to a slab's elements and is seldom looked
// at, or is too large to be moved with them, has its place here by their tickets' index.
//
// Rejected: an array. An element of one is reached through a coroutine, which allocates where the compiler
// does not see through it, and one that is only looked at is copied where it is larger than a few words.

/// Values that are reached by their places.
@safe
public struct PlaceTable<Element>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var count: Int
  private let vacant: Element

  /// A table of `elements`; the places that are added behind them begin as `vacant`.
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

  /// What has a place that there is.
  @inlinable
  public subscript(place: Int) -> Element {
    unsafeAddress { unsafe UnsafePointer(address(of: place)) }
    unsafeMutableAddress { unsafe address(of: place) }
  }

  /// Where what has a place is. Valid until the next place is admitted.
  @unsafe
  @inlinable
  public func address(of place: Int) -> UnsafeMutablePointer<Element> {
    precondition(place >= 0 && place < count, "a place is admitted first")
    return unsafe base + place
  }

  /// What has the place of a slab's element.
  @inlinable
  public subscript(ticket: Ticket) -> Element {
    unsafeAddress { unsafe UnsafePointer(address(of: Int(ticket.index))) }
    unsafeMutableAddress { unsafe address(of: Int(ticket.index)) }
  }

  /// Sees to it that a slab's element has its place here too.
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
