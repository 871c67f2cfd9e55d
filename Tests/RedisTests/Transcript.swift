// What a reader makes of bytes, as text: one line a reply, and how the reading ended.

import Primitives
import Redis

/// Feeds `bytes` to a new reader, in pieces of the given sizes (the rest at once), and asks for all
/// replies after each piece. The last line is `more` or the fault.
func transcript(
  _ bytes: [UInt8], pieces: [Int] = [], limits: ReplyLimits = ReplyLimits()
) -> [String] {
  var reader = ReplyReader()
  var reply = Reply(limits: limits)
  var lines: [String] = []
  var rest = bytes[...]
  for piece in pieces + [rest.count] {
    feed(rest.prefix(piece), to: &reader)
    rest = rest.dropFirst(piece)
    asking: while true {
      switch reader.next(into: &reply) {
      case .reply: lines.append(rendered(reply))
      case .needMore: break asking
      case .broken(let fault): return lines + ["\(fault)"]
      }
    }
  }
  return lines + ["more"]
}

func transcript(_ text: String, limits: ReplyLimits = ReplyLimits()) -> [String] {
  transcript(Array(text.utf8), limits: limits)
}

func feed(_ bytes: ArraySlice<UInt8>, to reader: inout ReplyReader) {
  var rest = bytes
  while !rest.isEmpty {
    let count = unsafe reader.prepare(rest.count).fill(rest.span.bytes)
    reader.commit(count)
    rest = rest.dropFirst(count)
  }
}

/// A reply that came whole.
func reply(_ text: String, limits: ReplyLimits = ReplyLimits()) -> Reply {
  var reader = ReplyReader()
  var reply = Reply(limits: limits)
  feed(Array(text.utf8)[...], to: &reader)
  precondition(reader.next(into: &reply) == .reply, "the text of a test is one whole reply")
  return reply
}

func rendered(_ reply: borrowing Reply) -> String {
  var cursor = ReplyCursor()
  return rendered(reply, &cursor)
}

private func rendered(_ reply: borrowing Reply, _ cursor: inout ReplyCursor) -> String {
  guard let token = cursor.next(in: reply) else { return "(missing)" }
  switch token.kind {
  case .string: return "'\(text(reply.string(of: token)))'"
  case .status: return "+\(text(reply.string(of: token)))"
  case .error: return "-\(text(reply.string(of: token)))"
  case .integer: return "\(token.integer)"
  case .null: return "null"
  case .array:
    let elements = (0..<token.integer).map { _ in rendered(reply, &cursor) }
    return "[\(elements.joined(separator: ", "))]"
  }
}

func text(_ span: RawSpan) -> String {
  unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
}

func bytes(_ span: RawSpan) -> [UInt8] {
  unsafe span.withUnsafeBytes { unsafe Array($0) }
}
