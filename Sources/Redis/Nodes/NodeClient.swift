// A node's name for one of its connections, from `CLIENT INFO` (Redis 6.2): the number and the
// address together, because a restarted node counts from the beginning again.

/// A connection, as its node identifies it.
public struct NodeClient: Equatable, Sendable {
  /// The node's number for it.
  public let id: Int
  /// The address from which the node sees it come.
  public let address: String

  /// A connection from its parts.
  public init(id: Int, address: String) {
    self.id = id
    self.address = address
  }

  /// The connection in a reply to `CLIENT INFO`; nil if the reply is not one.
  public init?(_ reply: borrowing Reply) {
    guard reply.kind == .string else { return nil }
    let line = reply.string()
    guard let number = Self.value("id=", in: line), let address = Self.value("addr=", in: line),
      let id = line.extracting(number).decimal(upTo: .max), !address.isEmpty
    else { return nil }
    self.init(id: id, address: line.extracting(address).text)
  }

  /// The range of a field's value; nil if there is no such field.
  private static func value(_ name: StaticString, in line: RawSpan) -> Range<Int>? {
    var start = 0
    while start < line.byteCount {
      let end = line.offset(of: UInt8(ascii: " "), from: start) ?? line.byteCount
      if line.extracting(start..<end).starts(with: name) {
        return start + name.utf8CodeUnitCount..<end
      }
      start = end + 1
    }
    return nil
  }
}
