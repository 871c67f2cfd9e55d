// Fed whole, byte by byte or in any other split, the same bytes give the same replies and
// the same fault, within the bounds, and no reading of a reply traps.
//
// The first byte of an input chooses the bounds, the second seeds the split, the rest is the stream.

internal import LibFuzzer
internal import Primitives
internal import Redis

/// The program's start. SwiftPM gives an executable's `main` this name and links it as `main`.
@_cdecl("FuzzReplyReader_main")
public func start(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  unsafe fuzz(count, arguments, testOneInput)
}

/// What was read: each reply's tokens and bytes, and how the reading ended.
struct Reading: Equatable {
  var tokens: [ReplyToken] = []
  var bytes: [UInt8] = []
  var ends: [Int] = []
  var last = ReplyReader.Progress.needMore
}

/// Bounds that a small input reaches.
func limits(_ choice: UInt8) -> ReplyLimits {
  switch choice % 4 {
  case 0: ReplyLimits()
  case 1: ReplyLimits(bytes: 32, line: 64, tokens: 8, depth: 2)
  case 2: ReplyLimits(bytes: 200, line: 64, tokens: 64, depth: 7)
  default: ReplyLimits(bytes: 1 << 20, line: 1024, tokens: 3, depth: 1)
  }
}

/// Feeds `stream` in pieces whose sizes `size` chooses, and asks for all replies after each.
func read(
  _ stream: UnsafeRawBufferPointer, _ limits: ReplyLimits, size: (_ rest: Int) -> Int
) -> Reading {
  var reader = ReplyReader()
  var reply = Reply(limits: limits, headroom: 16)
  var reading = Reading()
  var at = 0
  while at < stream.count {
    let piece = unsafe RawSpan(_unsafeBytes: stream).extracting(at..<at + size(stream.count - at))
    let count = reader.prepare(piece.byteCount).fill(piece)
    reader.commit(count)
    at += count
    reading.last = reader.next(into: &reply)
    while reading.last == .reply {
      record(reply, in: &reading)
      reading.last = reader.next(into: &reply)
    }
    if reading.last != .needMore { return reading }
  }
  return reading
}

func record(_ reply: borrowing Reply, in reading: inout Reading) {
  precondition(reply.count <= reply.limits.tokens, "more tokens than the bound")
  precondition(reply.bytes.count <= reply.limits.bytes, "more bytes than the bound")
  precondition(reply.bytes.start == 16, "the headroom is gone")
  var cursor = ReplyCursor()
  precondition(cursor.skip(in: reply), "a complete reply can't be walked")
  precondition(cursor.position == reply.count, "a reply has tokens behind its end")
  for position in 0..<reply.count { reading.tokens.append(reply.token(at: position)!) }
  unsafe reply.bytes.bytes.withUnsafeBytes { unsafe reading.bytes.append(contentsOf: $0) }
  reading.ends.append(reading.tokens.count)
  if reply.kind == .error { _ = RedisError(reply.string()) }
  _ = try? Topology(reply: reply, asked: Endpoint(host: "seed", port: 7000))
}

/// Tries one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size > 2 else { return 0 }
  let limits = unsafe limits(data[0])
  var state = unsafe UInt64(data[1]) &* 0x9E37_79B9_7F4A_7C15 | 1
  let stream = unsafe UnsafeRawBufferPointer(start: data + 2, count: size - 2)
  let whole = unsafe read(stream, limits) { $0 }
  let split = unsafe read(stream, limits) { rest in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return min(rest, Int(state >> 60) + 1)
  }
  precondition(split == whole, "a split changed what was read")
  if size < 1024 {
    let single = unsafe read(stream, limits) { _ in 1 }
    precondition(single == whole, "byte by byte something else was read")
  }
  return 0
}
