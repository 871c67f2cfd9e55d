// How the suites feed a parser: the same bytes whole, byte by byte, in two pieces split at each
// place, and with other bytes behind them. What comes out is kept as a value that can be compared.

import HTTP
import Primitives

/// What a head said, with its ranges resolved, so that two readings can be compared.
struct Reading: Equatable {
  var method: HTTP.Method
  var target: String
  var path: String
  var query: String
  var authority: String
  var version: Version
  var fields: [String]
  var framing: BodyFraming
  var persistence: Persistence
  var expectsContinue: Bool
  var length: Int

  init(_ head: borrowing RequestHead, _ bytes: [UInt8]) {
    func text(_ range: ByteRange) -> String {
      String(decoding: bytes[range.indices], as: UTF8.self)
    }
    method = head.method
    target = text(head.target)
    path = text(head.path)
    query = text(head.query)
    authority = text(head.authority)
    version = head.version
    fields = []
    for place in 0..<head.fields.count {
      let line = head.fields[place]
      fields.append("\(line.tag) \(text(line.name))=\(text(line.value))")
    }
    framing = head.framing
    persistence = head.persistence
    expectsContinue = head.expectsContinue
    length = head.length
  }
}

/// Where a parser ended up.
enum Result: Equatable {
  case needMore
  case head(Reading)
  case refused(Refusal)

  var refusal: Refusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }

  var reading: Reading? {
    if case .head(let reading) = self { return reading }
    return nil
  }
}

/// Feeds growing prefixes of `bytes` that end at `cuts`, then all, until the parser decides.
func parse(_ bytes: [UInt8], cuts: [Int] = [], limits: Limits = Limits()) -> Result {
  var parser = RequestParser(limits: limits)
  var head = RequestHead()
  for end in cuts + [bytes.count] {
    let prefix = Array(bytes[..<end])
    switch unsafe parser.parse(prefix.span.bytes, into: &head) {
    case .needMore: continue
    case .head: return .head(Reading(head, prefix))
    case .refused(let refusal): return .refused(refusal)
    }
  }
  return .needMore
}

/// The one result of all ways to feed `bytes`, or nil and the first way that differed.
func parseEveryWay(
  _ bytes: [UInt8], limits: Limits = Limits()
) -> (result: Result, difference: String?) {
  let whole = parse(bytes, limits: limits)
  if parse(bytes, cuts: Array(0..<bytes.count), limits: limits) != whole {
    return (whole, "byte by byte")
  }
  for cut in bytes.indices where parse(bytes, cuts: [cut], limits: limits) != whole {
    return (whole, "split at \(cut)")
  }
  // What follows a complete head is another message's or a body, and changes nothing.
  if whole != .needMore, parse(bytes + Array("\r\n\u{0}GET".utf8), limits: limits) != whole {
    return (whole, "with trailing bytes")
  }
  return (whole, nil)
}

/// The bytes of a text in which `\xNN` is not needed: tests spell control bytes as Swift does.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A request with the given lines between a plain request line with Host and the empty line.
func request(_ lines: String..., start: String = "GET / HTTP/1.1", host: String? = "a") -> [UInt8] {
  var text = start + "\r\n"
  if let host { text += "Host: \(host)\r\n" }
  for line in lines { text += line + "\r\n" }
  return bytes(text + "\r\n")
}
