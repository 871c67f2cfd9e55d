// Fed whole or in two pieces split at any byte, the same bytes give the same heads, bodies and
// refusals, and no head that is accepted holds a line break in a field, a byte of another request,
// or framing that could be read in two ways.

internal import HTTP
internal import LibFuzzer
internal import Primitives

/// The program's start. SwiftPM gives an executable's `main` this name and links it as `main`.
@_cdecl("FuzzRequestParser_main")
public func start(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  unsafe fuzz(count, arguments, testOneInput)
}

/// Takes one input; a broken promise stops the program.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let whole = Conversation(input, cut: nil)
  // Every cut of a short input, and sixteen of a long one.
  for cut in stride(from: 0, to: count, by: max(1, count / 16)) {
    precondition(Conversation(input, cut: cut) == whole, "a split changed what was read")
  }
  return 0
}

/// The requests that a connection's bytes were read as, up to the first that is incomplete or
/// refused.
struct Conversation: Equatable {
  var requests: [Request] = []
  var refusal: Refusal?

  /// Reads `input`, of which the bytes from `cut` on arrive in a second piece.
  init(_ input: [UInt8], cut: Int?) {
    var start = 0
    while start < input.count, refusal == nil {
      let rest = Array(input[start...])
      let split = cut.map { $0 - start }.flatMap { $0 > 0 && $0 < rest.count ? $0 : nil }
      guard let request = readRequest(rest, split) else { return }
      requests.append(request)
      start += request.length
    }
  }

  private mutating func readRequest(_ bytes: [UInt8], _ split: Int?) -> Request? {
    var parser = RequestParser()
    var head = RequestHead()
    for end in [split, bytes.count].compactMap({ $0 }) {
      // A copy of its own, so that the address sanitizer sees a read behind its end.
      let piece = Array(bytes[..<end])
      switch unsafe parser.parse(piece.span.bytes, into: &head) {
      case .needMore: continue
      case .refused(let refusal):
        self.refusal = refusal
        return nil
      case .head:
        check(head, piece)
        return readBody(bytes, split, head)
      }
    }
    return nil
  }

  private mutating func readBody(
    _ bytes: [UInt8], _ split: Int?, _ head: borrowing RequestHead
  ) -> Request? {
    var request = Request(head, bytes)
    switch head.framing {
    case .none: return request
    case .length(let length):
      guard length <= bytes.count - head.length else { return nil }
      request.body = Array(bytes[head.length..<head.length + length])
      request.length += length
      return request
    case .chunked:
      let cut = split.map { $0 - head.length }
      guard let (body, raw) = decode(Array(bytes[head.length...]), cut) else { return nil }
      request.body = body
      request.length += raw
      return request
    }
  }

  /// Decodes as the worker does: what the decoder does not keep is cut off before more is read.
  private mutating func decode(_ raw: [UInt8], _ cut: Int?) -> (body: [UInt8], raw: Int)? {
    var decoder = ChunkedDecoder()
    var buffer: [UInt8] = []
    var fed = 0
    for end in [cut, raw.count].compactMap({ $0 }) where end >= fed && end <= raw.count {
      buffer += raw[fed..<end]
      fed = end
      let behind = fed - buffer.count
      let progress = unsafe buffer.withUnsafeMutableBytes {
        var span = unsafe MutableRawSpan(_unsafeBytes: $0)
        return decoder.decode(&span, maximum: 4096)
      }
      switch progress {
      case .needMore(let keep):
        precondition(keep <= buffer.count, "no more is kept than there is")
        buffer.removeLast(buffer.count - keep)
      case .refused(let refusal):
        self.refusal = refusal
        return nil
      case .complete(let body, let consumed):
        precondition(body <= 4096 && body <= consumed, "a body is no larger than what brought it")
        return (Array(buffer[..<body]), behind + consumed)
      }
    }
    return nil
  }
}

/// One request, with its ranges resolved.
struct Request: Equatable {
  var method: HTTP.Method
  var target: [UInt8]
  var path: [UInt8]
  var query: [UInt8]
  var fields: [[UInt8]] = []
  var framing: BodyFraming
  var persistence: Persistence
  var body: [UInt8] = []
  var length: Int

  init(_ head: borrowing RequestHead, _ bytes: [UInt8]) {
    method = head.method
    target = Array(bytes[head.target.indices])
    path = Array(bytes[head.path.indices])
    query = Array(bytes[head.query.indices])
    for place in 0..<head.fields.count {
      fields.append(Array(bytes[head.fields[place].name.indices]))
      fields.append(Array(bytes[head.fields[place].value.indices]))
    }
    framing = head.framing
    persistence = head.persistence
    length = head.length
  }
}

/// What must hold for every head that is accepted; written apart from the parser, byte by byte.
func check(_ head: borrowing RequestHead, _ bytes: [UInt8]) {
  precondition(head.length <= bytes.count, "a head lies inside its bytes")
  precondition(bytes[head.length - 4..<head.length].elementsEqual([13, 10, 13, 10]), "it ends")
  var lengths = 0
  var codings = 0
  var hosts = 0
  for place in 0..<head.fields.count {
    let line = head.fields[place]
    let name = String(decoding: bytes[line.name.indices], as: UTF8.self).lowercased()
    let value = bytes[line.value.indices]
    precondition(!name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "a name is a token")
    precondition(value.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }, "a value has no controls")
    precondition(Int(line.value.upper) + 2 <= head.length, "a field lies inside its head")
    if name == "content-length" { lengths += 1 }
    if name == "transfer-encoding" { codings += 1 }
    if name == "host" { hosts += 1 }
    precondition(name != "content_length" && name != "transfer_encoding", "no imitated name")
  }
  precondition(lengths + codings <= 1, "one field frames the body")
  precondition(hosts == 1 || (hosts == 0 && head.version == .http10), "one host")
  switch head.framing {
  case .none: precondition(lengths + codings == 0, "what frames the body is seen")
  case .length(let length): precondition(lengths == 1 && length >= 0, "a length is told once")
  case .chunked: precondition(codings == 1 && head.version == .http11, "chunked is told once")
  }
  let target = bytes[head.target.indices]
  precondition(target.allSatisfy { $0 > 32 && $0 < 127 && $0 != 35 && $0 != 92 }, "a clean target")
}
