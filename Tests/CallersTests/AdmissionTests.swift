// A head and a table in, the namespace or the problem out.

import API
import HTTP
import Primitives
import Reactor
import Sessions
import Testing

@Suite("Who may do what")
struct AdmissionTests {
  private let table: CallerTable
  private let namespaces: NamespaceList

  init() throws {
    let lines = [("r", "one", "read"), ("w", "one", "write"), ("a", "two", "read,write")]
    let text = lines.map { token, namespace, rights in
      "\(Self.digest("token-\(token)").hexadecimal) \(namespace) \(rights) \(token)\n"
    }
    let (entries, mistakes) = TokensFile.read(Array(text.joined().utf8))
    try #require(mistakes.isEmpty)
    let standard = try #require(Namespace(name: "default"))
    namespaces = NamespaceList(standard, of: entries)
    table = CallerTable(entries, namespaces: namespaces) {
      TokenDigest(SHA256.digest(of: $0))
    }
  }

  private static func digest(_ text: String) -> TokenDigest {
    let bytes = Array(text.utf8)
    return unsafe TokenDigest(SHA256.digest(of: bytes.span.bytes))
  }

  /// What the decoder says of a request with these field lines, and the namespace it acts in.
  private func decode(
    _ line: String, _ fields: String..., callers: CallerTable? = nil
  ) throws -> (problem: Problem?, namespace: UInt16) {
    let length = line.hasPrefix("P") ? ["Content-Length: 0"] : []
    let lines = ["\(line) HTTP/1.1", "Host: x"] + length + fields + ["", ""]
    let bytes = Array(lines.joined(separator: "\r\n").utf8)
    var parser = RequestParser()
    var head = RequestHead()
    var request = DecodedRequest()
    // The place of another caller's request, which must not be taken over.
    request.command.namespace = NamespaceIndex(9)
    let span = unsafe bytes.span.bytes
    try #require(parser.parse(span, into: &head) == .head)
    let decoder = RequestDecoder(
      policy: RequestPolicy(
        largestBody: 1_024, deadline: .seconds(1),
        namespaces: namespaces))
    let problem = decoder.decode(
      head, span, at: Instant(nanoseconds: 0), for: callers ?? table, into: &request)
    return (problem, request.command.namespace.rawValue)
  }

  @Test("SHA-256 is that of FIPS 180-4")
  func sha256() {
    #expect(
      Self.digest("abc").hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Self.digest("").hexadecimal
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("The token decides the namespace", arguments: [("r", UInt16(1)), ("a", 2)])
  func namespace(token: String, namespace: UInt16) throws {
    let outcome = try decode("GET /v1/sessions/x", "Authorization: Bearer token-\(token)")
    #expect(outcome.problem == nil)
    #expect(outcome.namespace == namespace)
  }

  @Test(
    "The scheme's case and the number of spaces do not matter",
    arguments: ["bearer token-r", "BEARER   token-r", "Bearer token-r  "])
  func spelling(value: String) throws {
    #expect(try decode("GET /v1/sessions/x", "Authorization: \(value)").problem == nil)
  }

  @Test("No token, or another scheme, is told to bring one")
  func missing() throws {
    #expect(try decode("GET /v1/sessions/x").problem == .tokenMissing)
    let other = try decode("GET /v1/sessions/x", "Authorization: Basic token-r")
    #expect(other.problem == .tokenMissing)
    #expect(try decode("GET /v1/sessions/x", "Authorization:").problem == .tokenMissing)
  }

  @Test(
    "What is nobody's token is not admitted",
    arguments: [
      "Bearer", "Bearer ", "Bearer token-", "Bearer token-rr", "Bearer token-R", "Bearer token r",
      "Bearer token-r,", "Bearer token-r=", "Bearer \"token-r\"", "Bearer ==", "Bearer \ttoken-r",
      "Bearer token-r, Bearer token-r", "Bearer \(String(repeating: "x", count: 513))",
    ])
  func invalid(value: String) throws {
    #expect(
      try decode("GET /v1/sessions/x", "Authorization: \(value)").problem == .tokenInvalid)
  }

  @Test("Two Authorization fields are refused, even the same one twice")
  func repeated() throws {
    let field = "Authorization: Bearer token-r"
    #expect(try decode("GET /v1/sessions/x", field, field).problem == .tokenInvalid)
  }

  @Test("Each method needs its right")
  func rights() throws {
    let reads = [
      "GET /v1/sessions/x", "HEAD /v1/sessions/x", "POST /v1/sessions/x/touch",
    ]
    let writes = ["PUT /v1/sessions/x", "POST /v1/sessions", "DELETE /v1/sessions/x"]
    for line in reads + writes {
      let isRead = reads.contains(line)
      let reader = try decode(line, "Authorization: Bearer token-r").problem
      let writer = try decode(line, "Authorization: Bearer token-w").problem
      #expect(reader == (isRead ? nil : .rightMissing), "\(line)")
      #expect(writer == (isRead ? .rightMissing : nil), "\(line)")
      #expect(try decode(line, "Authorization: Bearer token-a").problem == nil, "\(line)")
    }
    // The batch says more of itself only to who may ask.
    let json = "Content-Type: application/json"
    for (token, expected) in [("r", nil), ("w", Problem.rightMissing)] {
      let bearer = "Authorization: Bearer token-\(token)"
      #expect(try decode("POST /v1/touches", bearer, json).problem == expected)
    }
  }

  @Test("A lock reads and keeps others from writing: it needs both rights; who holds it needs one")
  func lock() throws {
    let held = "Session-Lock: 0123456789abcdef00000000000000ff"
    for (method, lacking) in [("POST", ["r", "w"]), ("PUT", ["r"]), ("DELETE", ["r"])] {
      for token in ["r", "w", "a"] {
        let seen = try decode(
          "\(method) /v1/sessions/x/lock", "Authorization: Bearer token-\(token)", held)
        let expected = lacking.contains(token) ? Problem.rightMissing : nil
        #expect(seen.problem == expected, "\(method) by \(token)")
      }
    }
  }

  @Test("A caller is asked for its token before anything is said about its request")
  func order() throws {
    #expect(try decode("GET /v1/sessions/%7b").problem == .tokenMissing)
    #expect(try decode("GET /v1/sessions/x?y=z").problem == .tokenMissing)
    let large = try decode("PUT /v1/sessions/x", "Content-Type: a/b")
    #expect(large.problem == .tokenMissing)
  }

  @Test("Operators' resources need no token", arguments: ["/livez", "/metrics", "/openapi.yaml"])
  func operators(path: String) throws { #expect(try decode("GET \(path)").problem == nil) }

  @Test("Without a tokens file everybody acts in the first namespace")
  func anonymous() throws {
    let outcome = try decode(
      "PUT /v1/sessions/x", "Authorization: Bearer whatever", callers: .anonymous)
    #expect(outcome.problem == nil)
    #expect(outcome.namespace == 0)
  }
}
