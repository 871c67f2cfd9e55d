// Finds line ends in bytes that arrive in any pieces, and examines each byte once: a cursor marks
// how far it has come, so a peer that sends a byte at a time costs linear time (the idea is
// picohttpparser's). A byte that is not allowed in a line is refused when it is seen, before the
// line is complete. Bytes are judged one after the other, so the pieces in which they arrive make
// no difference.

import Primitives

/// A place in growing bytes.
struct LineScanner {
  /// The offset of the first byte that was not examined.
  var cursor = 0
  /// How many bytes were examined, repeats included; tests check that it stays linear.
  var examined = 0

  /// Moves past the current line's CRLF; false when it does not end within the first `window`
  /// bytes. With `ascii`, tabs and bytes from 128 up are refused as well.
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
