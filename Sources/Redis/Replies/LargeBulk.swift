// A bulk string that is gathered where its reply will have it, instead of in hiredis's buffer: of a
// payload of 20 KiB that saves two copies of most of it. The socket fills the room; when the payload
// and its CR LF are there, the bytes and a reply's bytes change places.
//
// Bounded by `ReplyLimits.bytes`, which the length was held against. A declared length allocates no
// more than what has come, or `ReplyReader`'s read size at first, so a node cannot have much memory
// set aside by a number. A piece is at most `largestPiece`, so that a loop can look up in between. One that is
// longer than the reply may be is passed over: the same piece of memory is filled again and again.

internal import Primitives

/// A large bulk string on its way.
struct LargeBulk: ~Copyable {
  /// How many bytes are read at once, unless the caller wants more.
  private static let largestPiece = 128 << 10

  private var bytes = ByteBuffer()
  // How many bytes are still to come, CR LF included; nil while there is no bulk string.
  private var missing: Int?
  // How many of them there was room for at the last `room`.
  private var offered = 0
  // The last two bytes of one that is passed over.
  private var tail: UInt16 = 0
  /// Whether its bytes are not kept.
  private(set) var isPassed = false

  /// Whether there is one that no reply has taken.
  var isPending: Bool { missing != nil }

  /// Whether bytes of it are still to come.
  var isGathering: Bool { missing ?? 0 > 0 }

  /// Starts one of `size` bytes with those that came already, behind a headroom.
  mutating func begin(_ size: Int, _ come: RawSpan, headroom: Int) {
    precondition(missing == nil && come.byteCount <= size, "one bulk string is gathered at a time")
    bytes.clear(headroom: headroom)
    bytes.append(come)
    missing = size + 2 - come.byteCount
  }

  /// Starts one of `size` bytes that are not kept; `come` are no more than it and its CR LF.
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

  /// Where the next bytes go: `least` of them, or as many as there are already, or a piece, or all.
  mutating func room(_ least: Int) -> UnsafeMutableRawBufferPointer {
    offered = min(missing ?? 0, max(least, min(bytes.count, Self.largestPiece)))
    bytes.reserve(offered)
    return unsafe UnsafeMutableRawBufferPointer(rebasing: bytes.writable[..<offered])
  }

  /// Whether all that is missing fits the room: what comes behind it is something else.
  var endsInRoom: Bool { offered == missing }

  /// Takes what was read; how many bytes of it are the bulk string's.
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

  /// How far it is: it ends in CR LF.
  var progress: ReplyReader.Progress {
    if missing != 0 { return .needMore }
    if isPassed { return tail == 0x0D0A ? .reply : .broken(.malformed) }
    let end = bytes.bytes.extracting(last: 2)
    return end.byte(at: 0) == 0x0D && end.byte(at: 1) == 0x0A ? .reply : .broken(.malformed)
  }

  /// Ends one that was passed over.
  mutating func end() {
    missing = nil
    isPassed = false
  }

  /// Ends a complete one: its payload takes the place of `other`, whose memory serves the next.
  mutating func end(exchanging other: inout ByteBuffer) {
    precondition(missing == 0, "only what is complete is handed over")
    missing = nil
    bytes.truncate(to: bytes.count - 2)
    swap(&bytes, &other)
  }
}
