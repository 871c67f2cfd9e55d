// A bulk string that is gathered in the reply's own memory instead of hiredis's buffer; for a
// payload of 20 KiB, that saves two copies of most of it. The socket fills the room. When the
// payload and its CR LF have arrived, the bytes are swapped with the reply's.
//
// Bounded by `ReplyLimits.bytes`, against which the length was checked. A declared length allocates
// no more memory than has already arrived, or `ReplyReader`'s read size at first, so a node cannot
// reserve much memory by sending a number. A piece is at most `largestPiece`, so that an event loop
// can do other work in between. A bulk string longer than a reply may be is skipped: the same
// memory is filled again and again.

import Primitives

/// A large bulk string that is arriving.
struct LargeBulk: ~Copyable {
  /// The largest piece read at once, in bytes, unless the caller wants more.
  private static let largestPiece = 128 << 10

  private var bytes = ByteBuffer()
  // How many bytes are still to come, CR LF included; nil while there is no bulk string.
  private var missing: Int?
  // How many of them the last `room` had room for.
  private var offered = 0
  // The last two bytes of one that is skipped.
  private var tail: UInt16 = 0
  /// Whether it is skipped: its bytes are not kept.
  private(set) var isPassed = false

  /// Whether there is one that no reply has taken yet.
  var isPending: Bool { missing != nil }

  /// Whether bytes of it are still to come.
  var isGathering: Bool { missing ?? 0 > 0 }

  /// Starts one of `size` bytes with those that have arrived, behind a headroom.
  mutating func begin(_ size: Int, _ come: RawSpan, headroom: Int) {
    precondition(missing == nil && come.byteCount <= size, "one bulk string is gathered at a time")
    bytes.clear(headroom: headroom)
    bytes.append(come)
    missing = size + 2 - come.byteCount
  }

  /// Starts one of `size` bytes that is skipped; `come` contains at most the string and its CR LF.
  mutating func begin(passing size: Int, _ come: RawSpan) {
    precondition(missing == nil, "one bulk string is gathered at a time")
    bytes.clear(headroom: 0)
    isPassed = true
    tail = Self.tail(0, come)
    missing = size + 2 - come.byteCount
  }

  private static func tail(_ before: UInt16, _ come: RawSpan) -> UInt16 {
    let end = come.extracting(last: 2)
    var tail = before
    for place in 0..<end.byteCount { tail = tail << 8 | UInt16(end.byte(at: place)) }
    return tail
  }

  /// Where the next bytes go: room for `least` of them, or for as many as have arrived (up to one
  /// piece) if that is more, but never for more than are missing.
  mutating func room(_ least: Int) -> UnsafeMutableRawBufferPointer {
    offered = min(missing ?? 0, max(least, min(bytes.count, Self.largestPiece)))
    bytes.reserve(offered)
    return unsafe UnsafeMutableRawBufferPointer(rebasing: bytes.writable[..<offered])
  }

  /// Whether everything missing fits into the room, so that any bytes behind it belong to something
  /// else.
  var endsInRoom: Bool { offered == missing }

  /// Takes what was read, and returns how many of the bytes belong to the bulk string.
  mutating func commit(_ count: Int) -> Int {
    let taken = min(count, offered)
    offered = 0
    guard let missing, taken > 0 else { return 0 }
    bytes.commit(taken)
    if isPassed {
      tail = Self.tail(tail, bytes.bytes)
      bytes.clear()
    }
    self.missing = missing - taken
    return taken
  }

  /// How far it is. A complete one must end in CR LF.
  var progress: ReplyReader.Progress {
    if missing != 0 { return .needMore }
    if isPassed { return tail == 0x0D0A ? .reply : .broken(.malformed) }
    let end = bytes.bytes.extracting(last: 2)
    return end.byte(at: 0) == 0x0D && end.byte(at: 1) == 0x0A ? .reply : .broken(.malformed)
  }

  /// Ends one that was skipped.
  mutating func end() {
    missing = nil
    isPassed = false
  }

  /// Ends a complete one: swaps its payload with `other`, whose memory serves the next.
  mutating func end(exchanging other: inout ByteBuffer) {
    precondition(missing == 0, "only what is complete is handed over")
    missing = nil
    bytes.truncate(to: bytes.count - 2)
    swap(&bytes, &other)
  }
}
