import Testing

@testable import HTTP

/// How a chunked body ended: what was decoded and how many raw bytes it took, or why not.
enum Decoded: Equatable {
  case needMore
  case body(String, raw: Int)
  case refused(Refusal)
}

/// Feeds the pieces of `raw` between `cuts` the way the worker does: what the decoder does not keep
/// is cut off before more arrives.
func decode(
  _ raw: [UInt8], cuts: [Int] = [], maximum: Int = 1000, limits: Limits = Limits()
) -> Decoded {
  var decoder = ChunkedDecoder(limits: limits)
  var buffer: [UInt8] = []
  var fed = 0
  for end in cuts + [raw.count] {
    buffer += raw[fed..<end]
    fed = end
    let behind = fed - buffer.count
    switch decode(&decoder, &buffer, maximum) {
    case .needMore(let keep): buffer.removeLast(buffer.count - keep)
    case .refused(let refusal): return .refused(refusal)
    case .complete(let body, let consumed):
      return .body(String(decoding: buffer[..<body], as: UTF8.self), raw: behind + consumed)
    }
  }
  return .needMore
}

func decode(
  _ decoder: inout ChunkedDecoder, _ buffer: inout [UInt8], _ maximum: Int
) -> ChunkedDecoder.Progress {
  unsafe buffer.withUnsafeMutableBytes {
    var span = unsafe MutableRawSpan(_unsafeBytes: $0)
    return decoder.decode(&span, maximum: maximum)
  }
}

/// The one result of all ways to feed `raw`, or nil and the first way that differed.
func decodeEveryWay(
  _ raw: [UInt8], maximum: Int = 1000, limits: Limits = Limits()
) -> (result: Decoded, difference: String?) {
  let whole = decode(raw, maximum: maximum, limits: limits)
  if decode(raw, cuts: Array(0..<raw.count), maximum: maximum, limits: limits) != whole {
    return (whole, "byte by byte")
  }
  for cut in raw.indices
  where decode(raw, cuts: [cut], maximum: maximum, limits: limits) != whole {
    return (whole, "split at \(cut)")
  }
  if whole != .needMore,
    decode(raw + bytes("GET / HTTP/1.1"), maximum: maximum, limits: limits) != whole
  {
    return (whole, "with trailing bytes")
  }
  return (whole, nil)
}

@Suite("RFC 9112, 7.1: chunked bodies")
struct ChunkedDecoderTests {
  @Test(
    "Bodies",
    arguments: [
      ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
      ("5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n", "hello world"),
      ("a\r\n0123456789\r\nA\r\n0123456789\r\n00\r\n\r\n", "01234567890123456789"),
      ("0000000000000001\r\nx\r\n0000000000000000\r\n\r\n", "x"),
      ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"), ("3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n"),
      ("1;a\r\nx\r\n0;b=c\r\n\r\n", "x"), ("1;a;b=c;d=\"e\"\r\nx\r\n0\r\n\r\n", "x"),
      ("1;a=\"\"\r\nx\r\n0\r\n\r\n", "x"), ("1;a=\"; \\\"\\\\\t\"\r\nx\r\n0\r\n\r\n", "x"),
      ("1\r\nx\r\n0\r\nX: y\r\n\r\n", "x"), ("1\r\nx\r\n0\r\nX: y\r\nLonger-Name:\r\n\r\n", "x"),
    ])
  func bodies(_ raw: String, _ body: String) {
    let (result, difference) = decodeEveryWay(bytes(raw))
    #expect(result == .body(body, raw: raw.utf8.count))
    #expect(difference == nil)
  }

  @Test(
    "Refusals",
    arguments: [
      ("\r\n", Refusal.malformedChunkSize), (";a\r\n", .malformedChunkSize),
      ("g\r\n", .malformedChunkSize), ("-1\r\n", .malformedChunkSize),
      ("+1\r\n", .malformedChunkSize), ("0x1\r\n", .malformedChunkSize),
      ("1_0\r\n", .malformedChunkSize), (" 1\r\n", .malformedChunkSize),
      ("1 \r\n", .malformedChunkSize), ("1\t\r\n", .malformedChunkSize),
      ("1 ;a\r\n", .malformedChunkSize), ("1\0\r\n", .malformedChunkSize),
      ("00000000000000000\r\n", .malformedChunkSize), ("1\nx", .bareLineBreak),
      ("1\rx", .bareLineBreak), ("1\r\r\n", .bareLineBreak),
      ("1\r\nxy", .malformedChunkEnd), ("1\r\nx\n", .malformedChunkEnd),
      ("1\r\nx0\r\n", .malformedChunkEnd), ("1\r\nx\rz", .bareLineBreak),
      ("1\r\nx\r\n\r\n", .malformedChunkSize), ("ffffffffffffffff\r\n", .bodyTooLarge),
      ("8000000000000000\r\n", .bodyTooLarge), ("3e9\r\n", .bodyTooLarge),
      ("1;\r\n", .malformedChunkExtension), ("1;;a\r\n", .malformedChunkExtension),
      ("1; a\r\n", .malformedChunkExtension), ("1;a =b\r\n", .malformedChunkExtension),
      ("1;a=\r\n", .malformedChunkExtension), ("1;a=b=c\r\n", .malformedChunkExtension),
      ("1;a=\"b\r\n", .malformedChunkExtension), ("1;a=\"b\"c\r\n", .malformedChunkExtension),
      ("1;a=\"\\\r\n", .malformedChunkExtension), ("1;a\0\r\n", .malformedChunkExtension),
      ("1;a\nx", .bareLineBreak), ("1;a=\"\n\"", .bareLineBreak), ("1;a\rx", .bareLineBreak),
      ("0\r\nX\r\n", .malformedField), ("0\r\nX : y\r\n", .malformedField),
      ("0\r\n X: y\r\n", .obsoleteFolding), ("0\r\nX: y\n", .bareLineBreak),
      ("0\r\nX: y\r\n z\r\n", .obsoleteFolding), ("0\r\nX: \0\r\n", .controlByte),
      ("0\r\n\rx", .bareLineBreak), ("0\r\nContent-Length: 1\r\n", .forbiddenTrailer),
      ("0\r\nX: y\r\ntransfer-encoding: chunked\r\n", .forbiddenTrailer),
      ("0\r\nHOST: a\r\n", .forbiddenTrailer), ("0\r\nAuthorization: a\r\n", .forbiddenTrailer),
      ("0\r\nContent_Length: 1\r\n", .ambiguousFieldName),
      ("0\r\nSession-Lock: 1\r\n", .forbiddenTrailer),
      ("0\r\nsession-idle-timeout: 1\r\n", .forbiddenTrailer),
    ])
  func refusals(_ raw: String, _ refusal: Refusal) {
    let (result, difference) = decodeEveryWay(bytes(raw))
    #expect(result == .refused(refusal))
    #expect(difference == nil)
  }

  @Test("A body of the maximum is decoded, one byte more is 413 at its chunk's size")
  func maximum() {
    let raw = bytes("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    #expect(decodeEveryWay(raw, maximum: 5).result == .body("abcde", raw: raw.count))
    #expect(decodeEveryWay(raw, maximum: 4).result == .refused(.bodyTooLarge))
    #expect(decodeEveryWay(bytes("3\r\nabc\r\n2"), maximum: 4).result == .refused(.bodyTooLarge))
    #expect(decodeEveryWay(bytes("0\r\n\r\n"), maximum: 0).result == .body("", raw: 5))
  }

  @Test("Extensions and trailers are bounded over the whole body")
  func bounds() {
    let limits = Limits(section: 8, fields: 2, extensions: 5)
    // The name and the CR behind it: two bytes each.
    let two = bytes("1;a\r\nx\r\n1;b\r\ny\r\n")
    let end = bytes("0\r\n\r\n")
    #expect(decodeEveryWay(two + end, limits: limits).result == .body("xy", raw: 21))
    let three = two + bytes("1;c\r\nz\r\n")
    #expect(
      decodeEveryWay(three + end, limits: limits).result == .refused(.chunkExtensionsTooLarge))
    #expect(
      decodeEveryWay(bytes("0\r\nA:\r\nB:\r\n\r\n"), limits: limits).result == .body("", raw: 13))
    #expect(
      decodeEveryWay(bytes("0\r\nA:\r\nB:\r\nC:\r\n\r\n"), limits: limits).result
        == .refused(.fieldsTooLarge))
    #expect(
      decodeEveryWay(bytes("0\r\nA: 1234567"), limits: limits).result == .refused(.fieldsTooLarge))
    let few = Limits(fields: 2)
    #expect(
      decodeEveryWay(bytes("0\r\nA:\r\nB:\r\nC:\r\n\r\n"), limits: few).result
        == .refused(.tooManyFields))
  }

  @Test("What is kept between calls is the body and at most an unfinished trailer line")
  func keep() {
    var decoder = ChunkedDecoder()
    var buffer = bytes("3;long=\"extension\"\r\nabc\r\n")
    #expect(decode(&decoder, &buffer, 10) == .needMore(keep: 3))
    buffer = Array(buffer[..<3]) + bytes("0\r\nX: y\r\nZ")
    #expect(decode(&decoder, &buffer, 10) == .needMore(keep: 4))
    #expect(buffer[..<4] == bytes("abcZ")[...])
    buffer = Array(buffer[..<4]) + bytes(":\r\n\r\nnext")
    #expect(decode(&decoder, &buffer, 10) == .complete(body: 3, consumed: 9))
  }

  @Test(
    "A body that drips costs linear time: framing bytes are looked at a bounded number of times")
  func linear() {
    var decoder = ChunkedDecoder()
    var raw = bytes(String(repeating: "1;a=b\r\nx\r\n", count: 200) + "0\r\n")
    raw += bytes(String(repeating: "Name: value\r\n", count: 90))
    var buffer: [UInt8] = []
    for byte in raw {
      buffer.append(byte)
      guard case .needMore(let keep) = decode(&decoder, &buffer, 1000) else {
        Issue.record("the body is not complete")
        return
      }
      buffer.removeLast(buffer.count - keep)
    }
    #expect(decoder.examined >= raw.count - 200)
    #expect(decoder.examined <= raw.count * 3)
  }
}
