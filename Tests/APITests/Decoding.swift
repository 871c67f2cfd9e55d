// How the suite asks the decoder: with the bytes of a whole head, which pass through the real parser
// first, so that no test can hand it a head that a client could not send.

import API
import HTTP
import Primitives
import Sessions

/// What a request was understood to want, with its ranges resolved, so that two can be compared.
struct Wish: Equatable {
  var route: Route
  var verb: Verb
  var condition: Condition
  var id: String
  var ownIdleTimeout: Int
  var contentType: String
  /// Seconds from the request's arrival.
  var deadline: Double
  var ifNoneMatch: EntityTags

  init(
    _ route: Route, _ verb: Verb, condition: Condition = .none, id: String = "",
    ownIdleTimeout: Int = 0, contentType: String = "", deadline: Double = 10,
    ifNoneMatch: EntityTags = EntityTags()
  ) {
    self.route = route
    self.verb = verb
    self.condition = condition
    self.id = id
    self.ownIdleTimeout = ownIdleTimeout
    self.contentType = contentType
    self.deadline = deadline
    self.ifNoneMatch = ifNoneMatch
  }
}

/// What came of a request.
enum Decoded: Equatable {
  case wish(Wish)
  case problem(Problem)

  var wish: Wish? {
    if case .wish(let wish) = self { return wish }
    return nil
  }

  var problem: Problem? {
    if case .problem(let problem) = self { return problem }
    return nil
  }
}

/// The namespace of the suite's requests: it has an absolute timeout of a hundred seconds.
let standard: Namespace = {
  var namespace = Namespace(name: "default")!
  namespace.absoluteTimeout = 100
  return namespace
}()

/// When the suite's requests arrive.
let arrival = Instant(nanoseconds: 5_000_000_000)

/// Decodes one head. `start` is the request line without its version.
func decode(
  _ start: String, _ lines: String..., largestBody: Int = 1_000
) -> Decoded { decode(start, lines, largestBody: largestBody) }

/// Decodes one head. `start` is the request line without its version.
func decode(_ start: String, _ lines: [String], largestBody: Int = 1_000) -> Decoded {
  var message = "\(start) HTTP/1.1\r\nHost: a\r\n"
  for line in lines { message += line + "\r\n" }
  let bytes = Array((message + "\r\n").utf8)
  var parser = RequestParser()
  var head = RequestHead()
  let span = unsafe bytes.span.bytes
  switch parser.parse(span, into: &head) {
  case .needMore: preconditionFailure("the suite's heads are complete")
  case .refused(let refusal): return .problem(.refusal(refusal))
  case .head: break
  }
  let decoder = RequestDecoder(
    policy: RequestPolicy(
      largestBody: largestBody, deadline: .seconds(10), namespaces: NamespaceList([standard])))
  var request = DecodedRequest()
  if let problem = decoder.decode(head, span, at: arrival, for: .anonymous, into: &request) {
    return .problem(problem)
  }
  return .wish(
    Wish(
      request.exchange.route, request.command.verb, condition: request.command.condition,
      id: text(of: request.command.id), ownIdleTimeout: request.command.ownIdleTimeout,
      contentType: String(
        decoding: bytes[request.command.contentType.indices], as: UTF8.self),
      deadline: (request.command.deadline - arrival).seconds,
      ifNoneMatch: request.exchange.hasValidators ? request.ifNoneMatch : EntityTags()))
}

/// The id as text. Ids have no description of their own: they are secrets.
func text(of id: SessionID) -> String {
  unsafe id.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
}

/// An id out of a text that is one.
func sessionID(_ text: String) -> SessionID {
  var id = SessionID()
  for byte in text.utf8 { precondition(id.append(byte), "the suite's ids are ids") }
  return id
}

/// A buffer's bytes as text.
func text(of buffer: borrowing ByteBuffer) -> String {
  unsafe buffer.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
}
