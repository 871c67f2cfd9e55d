// A bounded queue. Storage starts small and doubles as the queue grows. An element that does not
// fit is returned to the caller, which refuses the work (503, 413, …) before any is wasted.
//
// What the data path calls is inlinable across modules: only then is it compiled for the element's
// type, instead of moving each element through a table of functions.

/// A first-in, first-out queue of at most `limit` elements.
@safe
public struct Ring<Element: ~Copyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var mask: Int
  @usableFromInline var head: Int
  @usableFromInline var waiting: Int
  /// How many elements may wait.
  public let limit: Int

  /// An empty queue for at most `limit` elements; storage is allocated on first use.
  public init(limit: Int) {
    precondition(limit > 0, "a ring holds at least one element")
    unsafe base = .allocate(capacity: 0)
    mask = -1
    head = 0
    waiting = 0
    self.limit = limit
  }

  deinit {
    for position in 0..<count { unsafe (base + ((head + position) & mask)).deinitialize(count: 1) }
    unsafe base.deallocate()
  }

  /// How many elements wait.
  @inlinable
  public var count: Int { waiting }

  /// Whether nothing waits.
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// Whether no more fit.
  @inlinable
  public var isFull: Bool { count == limit }

  /// Puts `element` at the end, or returns it when the ring is full.
  @inlinable
  @discardableResult
  public mutating func append(_ element: consuming Element) -> Element? {
    if count == limit { return element }
    if count > mask { grow() }
    unsafe (base + ((head + count) & mask)).initialize(to: element)
    waiting += 1
    return nil
  }

  /// Takes the element that has waited longest; nil when there is none.
  @inlinable
  public mutating func popFirst() -> Element? {
    if count == 0 { return nil }
    let element = unsafe (base + head).move()
    head = (head + 1) & mask
    waiting -= 1
    return element
  }

  /// Takes the element that came last; nil when there is none.
  @inlinable
  public mutating func popLast() -> Element? {
    if count == 0 { return nil }
    waiting -= 1
    return unsafe (base + ((head + count) & mask)).move()
  }

  /// The element `position` places after the first.
  @inlinable
  public subscript(position: Int) -> Element {
    unsafeAddress {
      precondition(position >= 0 && position < count, "no element waits at that place")
      return unsafe UnsafePointer(base + ((head + position) & mask))
    }
    unsafeMutableAddress {
      precondition(position >= 0 && position < count, "no element waits at that place")
      return unsafe base + ((head + position) & mask)
    }
  }

  @usableFromInline
  mutating func grow() {
    let capacity = max(8, (mask + 1) * 2)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    for position in 0..<count {
      unsafe (larger + position).moveInitialize(from: base + ((head + position) & mask), count: 1)
    }
    unsafe base.deallocate()
    unsafe base = larger
    mask = capacity - 1
    head = 0
  }
}
