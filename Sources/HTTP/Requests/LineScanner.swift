// Finds line ends in bytes that arrive in any pieces, and looks at each byte once: what was seen is
// behind the cursor, so a peer that sends a byte at a time costs linear time (the idea is
// picohttpparser's). Whatever must not stand in a line is refused when it is seen, before the line
// is complete; because bytes are judged one after the other, pieces and whole are judged alike.

internal import Primitives

/// A place in growing bytes.
struct LineScanner {
  /// The offset of the first byte that was not looked at.
  var cursor = 0
  /// How many bytes were looked at, again or not: tests say that it stays linear.
  var examined = 0

  /// Moves behind the present line's CRLF. False when the line's end is not there up to `window`.
  mutating func finishLine(
    _ bytes: RawSpan, window: Int, ascii: Bool = false
  ) throws(Refusal) -> Bool {
    let end = min(bytes.byteCount, window)
    while cursor < end {
      let stop = bytes.firstControl(from: cursor, to: end, ascii: ascii)
      examined &+= stop &- cursor &+ 1
      cursor = stop
      if stop == end { break }
      if stop &+ 1 < end, bytes.isLineEnd(at: stop) {
        cursor = stop &+ 2
        return true
      }
      switch bytes[stop] {
      case Octet.carriageReturn:
        if stop + 1 == end { return false }
        throw .bareLineBreak
      case Octet.lineFeed: throw .bareLineBreak
      case Octet.tab where !ascii: cursor = stop + 1
      case 0x80...: throw .malformedTarget
      default: throw .controlByte
      }
    }
    return false
  }
}
