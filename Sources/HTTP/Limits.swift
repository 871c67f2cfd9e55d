/// How much of a request's head and framing is read before it is refused. The bound on a body is
/// the caller's, which passes it to `ChunkedDecoder.decode` or compares it with
/// `BodyFraming.length`.
public struct Limits: Equatable, Sendable {
  /// The most bytes that a request target may have; one more is 414.
  public var target: Int
  /// The most bytes that the field lines (or the trailer lines) may have together, line ends
  /// included; one more is 431.
  public var section: Int
  /// The most field lines (or trailer lines) there may be, at most 100; one more is 431.
  public var fields: Int
  /// The most bytes that the extensions of all chunks of one body may have together; one more is
  /// 400.
  public var extensions: Int

  /// Limits in bytes and lines; the defaults are those of the HTTP contract.
  public init(
    target: Int = 8192, section: Int = 16384, fields: Int = FieldTable.capacity,
    extensions: Int = 1024
  ) {
    precondition(target > 0 && section > 0 && extensions >= 0, "a limit is not negative")
    precondition(fields > 0 && fields <= FieldTable.capacity, "a field table holds 1 to 100 fields")
    self.target = target
    self.section = section
    self.fields = fields
    self.extensions = extensions
  }

  /// The most bytes that a method may have. The longest registered one has 17.
  static var method: Int { 32 }

  /// The most bytes that a request line may have without its line end: method, target, version and
  /// the two spaces between them.
  var line: Int { Limits.method + 1 + target + 1 + 8 }
}
