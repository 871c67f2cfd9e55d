// How a session is called in Redis: `sg:{namespace:id}`. The hash tag is the whole name, so whatever
// else belongs to a session can be put into the same slot.

import Primitives
import Redis
import Sessions

extension SessionCommand {
  /// Whether a replica may answer it, which may know less than its primary.
  var mayLag: Bool {
    switch verb {
    case .get, .peek, .inspect: !needsLatest
    case .put, .touch, .delete, .lock, .renew, .unlock: false
    }
  }
}

/// A namespace's part of its keys, prepared once.
struct KeySpace: Sendable {
  /// `sg:{name:`, and behind it the arguments `PX` and the idle timeout.
  private let texts: [UInt8]
  /// How long the first of the two is.
  private let prefixLength: Int
  /// The slot's checksum up to where the id begins.
  let checksum: HashSlot.Hasher
  /// The namespace's idle timeout in milliseconds.
  let idleMilliseconds: Int
  /// The namespace's absolute timeout in milliseconds; 0 for none.
  let absoluteMilliseconds: Int

  init(_ namespace: Namespace) {
    let tag = Array(namespace.name.utf8) + [UInt8(ascii: ":")]
    let prefix = Array("sg:{".utf8) + tag
    prefixLength = prefix.count
    var checksum = HashSlot.Hasher()
    unsafe checksum.update(tag.span.bytes)
    self.checksum = checksum
    idleMilliseconds = namespace.idleTimeout * 1_000
    absoluteMilliseconds = (namespace.absoluteTimeout ?? 0) * 1_000
    var expiry = ByteBuffer()
    CommandEncoder.expiry(idleMilliseconds, in: &expiry)
    texts = unsafe prefix + expiry.bytes.withUnsafeBytes { unsafe Array($0) }
  }

  /// `sg:{name:`
  var prefix: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe texts.span.bytes.extracting(first: prefixLength) }
  }

  /// The arguments `PX` and the idle timeout, in RESP.
  var expiry: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe texts.span.bytes.extracting(droppingFirst: prefixLength) }
  }

  /// The slot that the key of `id` belongs to.
  func slot(of id: borrowing SessionID) -> UInt16 {
    var checksum = self.checksum
    checksum.update(id.bytes)
    return checksum.slot
  }
}
