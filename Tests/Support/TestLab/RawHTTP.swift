// One HTTP/1.1 connection of a black-box test. It sends exactly the bytes it is given, wrong ones
// included, and reads answers by Content-Length, which is how the gateway frames them. Nothing is
// forgiven: an answer that is not what HTTP/1.1 says, or bytes after it, fail the test.

/// A connection to 127.0.0.1 that sends bytes and reads responses.
public final class RawHTTP: Sendable {
  /// An answer.
  public struct Response: Equatable, Sendable {
    /// The status code.
    public let status: Int
    /// The version, such as `HTTP/1.1`.
    public let version: String
    /// Names as sent, and values, in their order.
    public let fields: [Field]
    /// The body; empty where HTTP has none.
    public let body: [UInt8]

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the field `name`, whatever its case; nil when it is absent.
    ///
    /// A field that is there more than once gives nil as well: none of the gateway's may be.
    public subscript(name: String) -> String? {
      let found = fields.filter { $0.name.lowercased() == name.lowercased() }
      return found.count == 1 ? found[0].value : nil
    }
  }

  /// A header field.
  public struct Field: Equatable, Sendable {
    /// Its name, as sent.
    public let name: String
    /// Its value, without the space around it.
    public let value: String
  }

  private let wire: Wire
  private let limit: Duration
  private let inbox = Inbox()

  /// Connects; each later wait for the peer is bounded by `limit`.
  public init(port: Int, within limit: Duration = .seconds(60)) throws {
    wire = try Wire(port: port)
    self.limit = limit
  }

  /// Sends the text's UTF-8, line ends and all.
  public func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends `bytes`.
  public func send(_ bytes: [UInt8]) throws { try wire.send(bytes, within: limit) }

  /// Sends a well-formed request with `Host` and, with a body, `Content-Length`, and reads the
  /// answer, passing over interim ones.
  public func exchange(
    _ method: String, _ target: String, fields: [String: String] = [:], body: [UInt8]? = nil
  ) throws -> Response {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    try send(Array((head + "\r\n").utf8) + (body ?? []))
    while true {
      let response = try response(toHEAD: method == "HEAD")
      if response.status >= 200 { return response }
    }
  }

  /// Reads the next response, interim (1xx) ones included.
  ///
  /// - Parameter toHEAD: whether it answers a HEAD, so that its length announces no body.
  public func response(toHEAD: Bool = false) throws -> Response {
    while true {
      if let response = try inbox.response(toHEAD: toHEAD) { return response }
      switch try wire.receive(within: limit) {
      case .bytes(let bytes): inbox.append(bytes)
      case .closed: throw LabFault("closed before a whole response: \(inbox.preview)")
      case .reset: throw LabFault("reset before a whole response: \(inbox.preview)")
      }
    }
  }

  /// Drops what arrives next, unread: for one that asks more than it could take apart. False at the end.
  public func discard() throws -> Bool {
    if case .bytes = try wire.receive(within: limit) { true } else { false }
  }

  /// Waits until the peer closes; fails when it sends anything more instead. A reset is a close:
  /// that is what a peer gets who had sent bytes that nobody wanted to read.
  public func expectClosed() throws {
    guard inbox.isEmpty else { throw LabFault("bytes after the response: \(inbox.preview)") }
    if case .bytes(let bytes) = try wire.receive(within: limit) {
      inbox.append(bytes)
      throw LabFault("bytes in place of a close: \(inbox.preview)")
    }
  }

  /// Whether nothing arrives for `duration`, and the connection stays open.
  public func isSilent(for duration: Duration) throws -> Bool {
    try inbox.isEmpty && wire.isSilent(for: duration)
  }

  /// Ends the sending side; answers can still be read.
  public func finish() { wire.finish() }

  /// Closes the connection.
  public func close() { wire.close() }

  /// Drops the connection: the peer gets a reset.
  public func abort() { wire.abort() }
}
