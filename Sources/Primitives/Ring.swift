// A bounded queue. Storage starts small and doubles up to the limit; what does not fit is given
// back to the caller, who tells its own caller (503, 413, …) before work is wasted.

/// A first-in, first-out queue of at most `limit` elements.
@safe
public struct Ring<Element: ~Copyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>?
  private var mask: Int
  private var head: Int
  /// How many elements wait.
  public private(set) var count: Int
  /// How many elements may wait.
  public let limit: Int

  /// An empty queue for at most `limit` elements; storage is made on first use.
  public init(limit: Int) {
    precondition(limit > 0, "a ring holds at least one element")
    unsafe base = nil
    mask = -1
    head = 0
    count = 0
    self.limit = limit
  }

  deinit {
    guard let base = unsafe base else { return }
    for position in 0..<count { unsafe (base + ((head + position) & mask)).deinitialize(count: 1) }
    unsafe base.deallocate()
  }

  /// Whether nothing waits.
  public var isEmpty: Bool { count == 0 }

  /// Whether no more may wait.
  public var isFull: Bool { count == limit }

  /// Puts `element` at the end, or gives it back when the ring is full.
  @discardableResult
  public mutating func append(_ element: consuming Element) -> Element? {
    if count == limit { return element }
    if count > mask { grow() }
    unsafe (base! + ((head + count) & mask)).initialize(to: element)
    count += 1
    return nil
  }

  /// Takes the element that waited longest.
  public mutating func popFirst() -> Element? {
    if count == 0 { return nil }
    let element = unsafe (base! + head).move()
    head = (head + 1) & mask
    count -= 1
    return element
  }

  /// Takes the element that came last.
  public mutating func popLast() -> Element? {
    if count == 0 { return nil }
    count -= 1
    return unsafe (base! + ((head + count) & mask)).move()
  }

  /// The element `position` places behind the first.
  public subscript(position: Int) -> Element {
    unsafeAddress {
      precondition(position >= 0 && position < count, "no element waits at that place")
      return unsafe UnsafePointer(base! + ((head + position) & mask))
    }
    unsafeMutableAddress {
      precondition(position >= 0 && position < count, "no element waits at that place")
      return unsafe base! + ((head + position) & mask)
    }
  }

  mutating func grow() {
    let capacity = unsafe base == nil ? 8 : (mask + 1) * 2
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    if let old = unsafe base {
      for position in 0..<count {
        unsafe (larger + position).moveInitialize(from: old + ((head + position) & mask), count: 1)
      }
      unsafe old.deallocate()
    }
    unsafe base = larger
    mask = capacity - 1
    head = 0
  }
}
