// The owner of each slot: one integer for each, read once for each command. Rebuilt from a
// topology, patched by MOVED. 32 KiB, allocated once; replicas belong to the topology, not to this
// table.
//
// Nodes serve ranges, so nearly every group of 64 neighbouring slots has a single owner, which is
// also stored by group: those 512 bytes stay in the nearest cache. Reading the slot's own entry
// meant a wait for memory, one per cent of the cost of a GET.

/// The owners of the 16,384 hash slots, as the caller's own numbers for its nodes.
@safe
public struct SlotTable: ~Copyable {
  /// The owner of a slot that no node serves.
  public static let nobody = UInt16.max

  /// Marks a group whose slots have several owners.
  private static let several = UInt16.max - 1
  private static let groupSize = 64

  private let owners: UnsafeMutablePointer<UInt16>
  // The owner of all slots of each group, or `several`.
  private let groups: UnsafeMutablePointer<UInt16>
  /// The number of slots that are served.
  public private(set) var coverage: Int

  /// A table in which no slot is served.
  public init() {
    unsafe owners = .allocate(capacity: HashSlot.count)
    unsafe owners.initialize(repeating: Self.nobody, count: HashSlot.count)
    unsafe groups = .allocate(capacity: HashSlot.count / Self.groupSize)
    unsafe groups.initialize(repeating: Self.nobody, count: HashSlot.count / Self.groupSize)
    coverage = 0
  }

  deinit {
    unsafe owners.deallocate()
    unsafe groups.deallocate()
  }

  /// Whether every slot is served.
  public var isComplete: Bool { coverage == HashSlot.count }

  /// The node that serves a slot, or `nobody`.
  public func owner(of slot: UInt16) -> UInt16 {
    precondition(slot < HashSlot.count, "there are 16,384 slots")
    let owner = unsafe groups[Int(slot) / Self.groupSize]
    return unsafe owner == Self.several ? owners[Int(slot)] : owner
  }

  /// Gives one slot to a node, as MOVED says.
  public mutating func patch(_ slot: UInt16, _ node: UInt16) {
    give(slot, node)
    settle(Int(slot) / Self.groupSize)
  }

  private mutating func give(_ slot: UInt16, _ node: UInt16) {
    precondition(slot < HashSlot.count, "there are 16,384 slots")
    precondition(node != Self.several, "that number stands for several nodes")
    if unsafe owners[Int(slot)] != Self.nobody { coverage -= 1 }
    if node != Self.nobody { coverage += 1 }
    unsafe owners[Int(slot)] = node
  }

  /// Notes the owner of a group's slots.
  private mutating func settle(_ group: Int) {
    let slots = group * Self.groupSize..<(group + 1) * Self.groupSize
    let owner = unsafe owners[slots.lowerBound]
    let isOnly = slots.allSatisfy { unsafe owners[$0] == owner }
    unsafe groups[group] = isOnly ? owner : Self.several
  }

  /// Gives a range of slots to a node.
  public mutating func assign(_ slots: SlotRange, _ node: UInt16) {
    for slot in slots.first...slots.last { give(slot, node) }
    for group in Int(slots.first) / Self.groupSize...Int(slots.last) / Self.groupSize {
      settle(group)
    }
  }

  /// Takes all slots from all nodes.
  public mutating func clear() {
    unsafe owners.update(repeating: Self.nobody, count: HashSlot.count)
    unsafe groups.update(repeating: Self.nobody, count: HashSlot.count / Self.groupSize)
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

  /// The number of slots in the range; at least one.
  public var count: Int { Int(last) - Int(first) + 1 }
}
