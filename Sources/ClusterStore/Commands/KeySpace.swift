// The key of a session in Redis: `sg:{namespace:id}`. The hash tag is the whole name, so anything
// else that belongs to a session can share its slot.

import Primitives
import Redis
import Sessions

/// A namespace's part of its keys, prepared once.
struct KeySpace: Sendable {
  /// `sg:{name:`, followed by the arguments `PX` and the idle timeout. In place, because an array
  /// would be reference-counted whenever a command is written.
  private var texts = InlineArray<128, UInt8>(repeating: 0)
  /// Where each of them ends.
  private let ends: (prefix: Int, unit: Int, milliseconds: Int)
  /// The slot's checksum up to where the id begins.
  let checksum: HashSlot.Hasher
  /// The namespace's idle timeout in milliseconds.
  let idleMilliseconds: Int
  /// The namespace's absolute timeout in milliseconds; 0 for none.
  let absoluteMilliseconds: Int

  init(_ namespace: Namespace) {
    var texts = ByteBuffer()
    texts.append("sg:{")
    texts.append(text: namespace.name)
    texts.append(":")
    let prefix = texts.count
    var checksum = HashSlot.Hasher()
    checksum.update(texts.bytes.extracting(droppingFirst: "sg:{".utf8.count))
    self.checksum = checksum
    idleMilliseconds = namespace.idleTimeout * 1_000
    absoluteMilliseconds = (namespace.absoluteTimeout ?? 0) * 1_000
    CommandWriter.argument("PX", in: &texts)
    let unit = texts.count
    CommandWriter.argument(decimal: idleMilliseconds, in: &texts)
    ends = (prefix, unit, texts.count)
    for place in 0..<texts.count {
      self.texts[place] = unsafe texts.bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self)
    }
  }

  /// `sg:{name:`
  var prefix: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe texts.span.bytes.extracting(first: ends.prefix) }
  }

  /// The arguments `PX` and the idle timeout, in RESP.
  var expiry: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe texts.span.bytes.extracting(ends.prefix..<ends.milliseconds) }
  }

  /// The idle timeout alone, in RESP.
  var milliseconds: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe texts.span.bytes.extracting(ends.unit..<ends.milliseconds) }
  }

  /// The slot of the key of `id`.
  func slot(of id: borrowing SessionID) -> UInt16 {
    var checksum = self.checksum
    checksum.update(id.bytes)
    return checksum.slot
  }
}

extension PlaceTable where Element == KeySpace {
  /// The namespace's part of its keys.
  subscript(namespace: NamespaceIndex) -> KeySpace {
    unsafeAddress { unsafe UnsafePointer(address(of: Int(namespace.rawValue))) }
  }
}
