// `POST /v1/touches`: many touches in one request, and one response when all of them are done. It
// is exempt from the data path's rule against allocation.

public import Primitives
public import Sessions

/// The touches of one request, and their outcomes so far.
public struct TouchBatch: Sendable {
  /// The most ids in one request.
  public static let maximum = 1_000
  /// The largest body of a request, in bytes: twice what 1,000 of the longest ids take. It is
  /// parsed in one go.
  public static let largestBody = 512 << 10
  /// The most members of the object; all but one are skipped.
  private static let mostMembers = 16

  /// The ids as they were received.
  private let ids: [String]
  private var missing: [Bool]
  /// How many have no outcome yet.
  public private(set) var pending: Int
  /// Whether a touch is known to have been carried out.
  public private(set) var hasTouched = false
  private var firstFault: StoreFault?
  /// The store's operation for each id, while it is pending.
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

  /// The member `ids`; others are skipped. A repeated member is refused, since readers differ on
  /// which one counts (RFC 8259 §4).
  private static func ids(in bytes: [UInt8]) throws(MalformedJSON) -> [String] {
    var text = JSONReader(bytes)
    // Names are compared as bytes: the standard library compares strings as if both were
    // normalised, which takes time quadratic in a run of combining marks.
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

  /// The id at a place; nil when the text there is not a session id.
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
    case .touched: hasTouched = true
    case .fault(.outcomeUnknown): firstFault = .outcomeUnknown
    case .fault(let fault): firstFault = firstFault ?? fault
    default: missing[place] = true
    }
  }

  /// The fault to report for the whole request, if any touch had one: the first, unless a touch was
  /// or may have been carried out. Then it is `outcomeUnknown`, since the request cannot be said
  /// not to have been carried out.
  public var fault: StoreFault? {
    guard let firstFault else { return nil }
    return hasTouched ? .outcomeUnknown : firstFault
  }

  /// Appends `{"touched":N,"missing":[...]}`. Ids hold no bytes that JSON escapes.
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
