// `POST /v1/touches`: many touches in one request, and one answer when all of them are done. Off the
// data path's rule of no allocation: JSON is the library's job.

import FoundationEssentials
public import Primitives
public import Sessions

/// The touches of one request that are under way.
public struct TouchBatch: Sendable {
  /// The most ids of one request.
  public static let maximum = 1_000

  private struct Body: Decodable { var ids: [String] }

  /// The ids as they came.
  private let ids: [String]
  private var missing: [Bool]
  /// How many have no outcome yet.
  public private(set) var pending: Int
  /// Whether a touch was carried out, or nobody knows.
  public private(set) var hasActed = false
  private var firstFault: StoreFault?
  /// The store's operations that are pending.
  public var operations: [Ticket] = []

  /// Reads the body of a request; nil when it is not `{"ids": [...]}` with at most 1,000 ids, or has
  /// a member twice: another reader may take the other one (RFC 8259 §4).
  public init?(json bytes: RawSpan) {
    // JSON is UTF-8 (RFC 8259 §8.1), and escapes NUL. The decoder would guess at UTF-16 and UTF-32.
    for place in 0..<bytes.byteCount where bytes.byte(at: place) == 0 { return nil }
    let data = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
    guard !Members(of: data).haveTwins, let body = try? JSONDecoder().decode(Body.self, from: data),
      body.ids.count <= Self.maximum
    else { return nil }
    ids = body.ids
    missing = Array(repeating: false, count: ids.count)
    pending = ids.count
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

// The names of a JSON object's members, for one question: is one there twice? The decoder takes one of
// the two and says nothing, and another reader may take the other. The text may be no JSON at all: the
// decoder says that; here nothing is read past its end.

/// The members of the object that a JSON text is.
private struct Members {
  private var names: [Data] = []

  /// The names in a text, as far as it is an object.
  init(of text: Data) {
    var depth = 0
    var isName = false
    var place = text.startIndex
    while place < text.endIndex {
      switch text[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        isName = depth == 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ","): isName = depth == 1
      case UInt8(ascii: "\""):
        let end = Self.end(of: text, from: place)
        if isName { names.append(text[place..<end]) }
        isName = false
        place = end
        continue
      default: break
      }
      place += 1
    }
  }

  /// Whether two members have one name, however they are written.
  var haveTwins: Bool {
    if names.count < 2 { return false }
    var seen: Set<String> = []
    for name in names {
      guard let text = try? JSONDecoder().decode(String.self, from: name) else { return true }
      if !seen.insert(text).inserted { return true }
    }
    return false
  }

  /// The place behind the string that begins here.
  private static func end(of text: Data, from start: Data.Index) -> Data.Index {
    var place = start + 1
    while place < text.endIndex {
      if text[place] == UInt8(ascii: "\"") { return place + 1 }
      place += text[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return text.endIndex
  }
}
