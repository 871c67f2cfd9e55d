// Who serves a slot: one integer for each, read once a command. Rebuilt from a topology, patched by
// MOVED. 32 KiB, allocated once; replicas are the topology's, not the table's.

/// The owners of the 16,384 hash slots, as the caller's own numbers for its nodes.
@safe
public struct SlotTable: ~Copyable {
  /// The owner of a slot that nobody serves.
  public static let nobody = UInt16.max

  private let owners: UnsafeMutablePointer<UInt16>
  /// How many slots are served.
  public private(set) var coverage: Int

  /// A table in which nobody serves anything.
  public init() {
    unsafe owners = .allocate(capacity: HashSlot.count)
    unsafe owners.initialize(repeating: Self.nobody, count: HashSlot.count)
    coverage = 0
  }

  deinit { unsafe owners.deallocate() }

  /// Whether every slot is served.
  public var isComplete: Bool { coverage == HashSlot.count }

  /// The node that serves a slot, or `nobody`.
  public func owner(of slot: UInt16) -> UInt16 {
    precondition(slot < HashSlot.count, "there are 16,384 slots")
    return unsafe owners[Int(slot)]
  }

  /// Gives one slot to a node, as MOVED tells.
  public mutating func patch(_ slot: UInt16, _ node: UInt16) {
    precondition(slot < HashSlot.count, "there are 16,384 slots")
    if unsafe owners[Int(slot)] != Self.nobody { coverage -= 1 }
    if node != Self.nobody { coverage += 1 }
    unsafe owners[Int(slot)] = node
  }

  /// Gives a range of slots to a node.
  public mutating func assign(_ slots: SlotRange, _ node: UInt16) {
    for slot in slots.first...slots.last { patch(slot, node) }
  }

  /// Takes all slots from all nodes.
  public mutating func clear() {
    unsafe owners.update(repeating: Self.nobody, count: HashSlot.count)
    coverage = 0
  }
}

/// Neighbouring slots, both ends included.
public struct SlotRange: Hashable, Sendable {
  /// All slots.
  public static let all = SlotRange(0, UInt16(HashSlot.count - 1))

  /// The first slot.
  public let first: UInt16
  /// The last slot; never below the first.
  public let last: UInt16

  /// The slots from `first` to `last`, which must be slots and in order.
  public init(_ first: UInt16, _ last: UInt16) {
    precondition(first <= last && last < HashSlot.count, "a range of slots is in order")
    self.first = first
    self.last = last
  }

  /// How many slots there are in the range; at least one.
  public var count: Int { Int(last) - Int(first) + 1 }
}
