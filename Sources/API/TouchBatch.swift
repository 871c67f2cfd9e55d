// `POST /v1/touches`: many touches in one request, and one answer when all of them are done. Off the
// data path's rule of no allocation.

public import Primitives
public import Sessions

/// The touches of one request that are under way.
public struct TouchBatch: Sendable {
  /// The most ids of one request.
  public static let maximum = 1_000
  /// The most bytes of a request's body: what so many ids of the longest take, twice. It is read in one go.
  public static let largestBody = 512 << 10
  /// The most members of the object; all but one are passed over.
  private static let mostMembers = 16

  /// The ids as they came.
  private let ids: [String]
  private var missing: [Bool]
  /// How many have no outcome yet.
  public private(set) var pending: Int
  /// Whether a touch was carried out, or nobody knows.
  public private(set) var hasActed = false
  private var firstFault: StoreFault?
  /// The store's operation of each id, while it is pending.
  public var operations: [Ticket?]

  /// Reads the body of a request; nil when it is not `{"ids": [...]}` with at most 1,000 ids.
  public init?(json bytes: RawSpan) {
    do throws(MalformedJSON) {
      ids = try Self.ids(in: unsafe bytes.withUnsafeBytes { unsafe Array($0) })
    } catch {
      return nil
    }
    missing = Array(repeating: false, count: ids.count)
    operations = Array(repeating: nil, count: ids.count)
    pending = ids.count
  }

  /// The member `ids`; others are passed over. A member that is there twice is refused: another reader
  /// may take the other one (RFC 8259 §4).
  private static func ids(in bytes: [UInt8]) throws(MalformedJSON) -> [String] {
    var text = JSONReader(bytes)
    // By their bytes: the standard library compares strings as if both were normalised, which takes the
    // square of a run of combining marks.
    var names: Set<[UInt8]> = []
    let known = Array("ids".utf8)
    var ids: [String] = []
    try text.object { (text, name) throws(MalformedJSON) in
      let name = Array(name.utf8)
      guard names.insert(name).inserted, names.count <= mostMembers else { throw MalformedJSON() }
      guard name == known else { return try text.skip() }
      try text.array { (text) throws(MalformedJSON) in
        guard ids.count < maximum else { throw MalformedJSON() }
        ids.append(try text.string())
      }
    }
    try text.end()
    guard names.contains(known) else { throw MalformedJSON() }
    return ids
  }

  /// How many ids there are.
  public var count: Int { ids.count }

  /// Reads the id at a place; nil when it is not one.
  public func id(at place: Int) -> SessionID? {
    var id = SessionID()
    for byte in ids[place].utf8 {
      guard id.append(byte) else { return nil }
    }
    return id.count > 0 && !id.isDotSegment ? id : nil
  }

  /// Notes the outcome of the touch at a place.
  public mutating func take(_ outcome: Outcome, at place: Int) {
    pending -= 1
    operations[place] = nil
    switch outcome {
    case .touched: hasActed = true
    case .fault(.outcomeUnknown): firstFault = .outcomeUnknown
    case .fault(let fault): firstFault = firstFault ?? fault
    default: missing[place] = true
    }
  }

  /// The first fault, if any touch had one: then nothing else is told. Once a touch was or may have
  /// been carried out it cannot be said that the request was not.
  public var fault: StoreFault? {
    guard let firstFault else { return nil }
    return hasActed ? .outcomeUnknown : firstFault
  }

  /// Appends `{"touched":N,"missing":[...]}`. Ids hold nothing that JSON would escape.
  public func appendAnswer(to body: inout ByteBuffer) {
    body.append("{\"touched\":")
    body.append(decimal: missing.count { !$0 })
    body.append(",\"missing\":[")
    var isFirst = true
    for place in ids.indices where missing[place] {
      if !isFirst { body.append(",") }
      isFirst = false
      body.append("\"")
      body.append(text: ids[place])
      body.append("\"")
    }
    body.append("]}")
  }
}
