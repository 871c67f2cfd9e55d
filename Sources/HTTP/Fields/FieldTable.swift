// The fields of one head, in the order they were sent. Reused from request to request: emptying it
// sets four integers. Bounded by `capacity`; the ranges are valid as long as the head's bytes stay
// where they are.
//
// The lines have memory of their own, allocated once. Rejected: InlineArray<100, FieldLine>; the
// compiler copied all its 2 KiB to read one line, which was a quarter of the time to parse a
// request.

public import Primitives

/// Up to 100 fields of a request.
@safe
public struct FieldTable: ~Copyable {
  /// The most fields a table holds.
  public static var capacity: Int { 100 }

  /// What a lookup finds where one field is expected.
  public enum Lookup: Equatable, Sendable {
    /// There is no such field.
    case absent
    /// There is one; this is its value.
    case one(ByteRange)
    /// There is more than one field line of that name.
    case repeated
  }

  private let lines: UnsafeMutablePointer<FieldLine>
  private var places: InlineArray<32, UInt8>
  private var present: UInt32
  private var repeated: UInt32
  /// How many fields there are.
  public private(set) var count: Int

  /// A table of no fields.
  public init() {
    unsafe lines = UnsafeMutablePointer<FieldLine>.allocate(capacity: Self.capacity)
    unsafe lines.initialize(repeating: .none, count: Self.capacity)
    places = InlineArray(repeating: 0)
    present = 0
    repeated = 0
    count = 0
  }

  deinit { unsafe lines.deallocate() }

  /// The field at a place, counted from 0 in the order of the request.
  public subscript(place: Int) -> FieldLine {
    precondition(place >= 0 && place < count, "no field has that place")
    return unsafe lines[place]
  }

  /// The value of a well-known field that should occur once.
  @inline(__always)
  public func only(_ name: FieldName) -> Lookup {
    let bit: UInt32 = 1 << UInt32(name.rawValue)
    if present & bit == 0 { return .absent }
    if repeated & bit != 0 { return .repeated }
    return .one(self[Int(places[Int(name.rawValue)])].value)
  }

  /// Whether there is a field with this well-known name.
  @inline(__always)
  public func contains(_ name: FieldName) -> Bool {
    present & (1 << UInt32(name.rawValue)) != 0
  }

  /// The place of the next field, at or after `place`, with a well-known name.
  @inline(__always)
  public func next(_ name: FieldName, from place: Int) -> Int? {
    if !contains(name) { return nil }
    var place = place
    while place < count {
      if self[place].tag == name { return place }
      place += 1
    }
    return nil
  }

  mutating func removeAll() {
    count = 0
    present = 0
    repeated = 0
  }

  /// Adds a field. The parser has counted the lines, so there is room.
  @inline(__always)
  mutating func append(_ line: FieldLine) {
    precondition(count < Self.capacity, "the limits let no more lines through than fit")
    let bit: UInt32 = 1 << UInt32(line.tag.rawValue)
    if present & bit == 0 {
      places[Int(line.tag.rawValue)] = UInt8(truncatingIfNeeded: count)
    } else {
      repeated |= bit
    }
    present |= bit
    unsafe lines[count] = line
    count += 1
  }
}
