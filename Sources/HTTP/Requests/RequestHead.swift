// What a request's head says, without its bytes: integers and ranges into the buffer it was parsed
// from, valid as long as those bytes stay where they are. One per worker, overwritten by each
// request, so it is passed inout and never copied.
//
// Rejected: names and values as String, and a dictionary of fields; both allocate for each request.

public import Primitives

/// The head of a request: request line, fields, and what follows from them.
public struct RequestHead: ~Copyable {
  /// The method.
  public internal(set) var method: Method
  /// The method's bytes, which name it if it is `other`.
  public internal(set) var methodName: ByteRange
  /// The request target as it was sent.
  public internal(set) var target: ByteRange
  /// The target's path with its percent-encodings, which are well-formed.
  public internal(set) var path: ByteRange
  /// The target's query without `?`, with its percent-encodings; empty without one.
  public internal(set) var query: ByteRange
  /// Host and optional port, from the target if it has them, else from Host; empty only for an
  /// HTTP/1.0 request without either.
  public internal(set) var authority: ByteRange
  /// The version that the request line names.
  public internal(set) var version: Version
  /// The fields, in order.
  public internal(set) var fields: FieldTable
  /// Where the body ends.
  public internal(set) var framing: BodyFraming
  /// Whether the client lets the connection stay open after the response.
  public internal(set) var persistence: Persistence
  /// Whether the client waits for `100 Continue` before it sends its body.
  public internal(set) var expectsContinue: Bool
  /// How many bytes the head takes, including the empty line at its end and one that may precede
  /// it.
  public internal(set) var length: Int
  private let inPlace = InPlace()

  /// A head for a parser to fill in.
  public init() {
    method = .other
    methodName = .empty
    target = .empty
    path = .empty
    query = .empty
    authority = .empty
    version = .http11
    fields = FieldTable()
    framing = .none
    persistence = .close
    expectsContinue = false
    length = 0
  }
}
