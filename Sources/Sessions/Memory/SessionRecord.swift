import Glibc
import Primitives

/// The bytes of one session in one allocation of exactly their size: id, content type, payload.
///
/// Never changed once made: each write of the session makes a new record. So it can be filled
/// outside the lock of the shard that will own it.
@safe
struct SessionRecord: ~Copyable, Sendable {
  // The allocation's address, as a number: a record is handed from the worker that filled it to the
  // shard, and a pointer is not Sendable. It has one owner at any time, which frees it.
  private let address: UInt
  /// How many bytes the payload has.
  let payloadLength: UInt32
  /// The session's namespace.
  let namespace: NamespaceIndex
  private let idLength: UInt16
  /// How many bytes the content type has.
  let contentTypeLength: UInt8

  /// A copy of what a `put` stores; nil when the machine has no memory for it.
  init?(_ command: borrowing SessionCommand, request: RawSpan) {
    let idCount = command.id.count
    let contentTypeCount = command.contentType.count
    precondition(idCount > 0, "a session that is kept has an id")
    precondition(
      contentTypeCount <= RecordHeader.longestContentType, "API bounds content types")
    let length = idCount + contentTypeCount + command.payload.count
    guard let memory = unsafe malloc(length) else { return nil }
    address = UInt(bitPattern: memory)
    payloadLength = UInt32(command.payload.count)
    namespace = command.namespace
    idLength = UInt16(idCount)
    contentTypeLength = UInt8(contentTypeCount)
    var end = unsafe memory
    unsafe Self.append(command.id.bytes, to: &end)
    unsafe Self.append(request.extracting(command.contentType.indices), to: &end)
    unsafe Self.append(request.extracting(command.payload.indices), to: &end)
  }

  deinit { unsafe free(UnsafeMutableRawPointer(bitPattern: address)) }

  /// How many bytes of the budget the session takes, its lock aside.
  var cost: Int { Int(idLength) + contentAndPayloadLength + SharedSessions.overhead }

  /// Whether this is the session `id` of `namespace`.
  func isNamed(_ namespace: NamespaceIndex, _ id: RawSpan) -> Bool {
    guard self.namespace == namespace, Int(idLength) == id.byteCount else { return false }
    return unsafe id.withUnsafeBytes { bytes in
      unsafe memcmp(UnsafeRawPointer(bitPattern: address)!, bytes.baseAddress!, bytes.count) == 0
    }
  }

  /// The content type, followed by the payload.
  var contentTypeAndPayload: RawSpan {
    @_lifetime(borrow self)
    get {
      let start = unsafe UnsafeRawPointer(bitPattern: address)! + Int(idLength)
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: contentAndPayloadLength)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  private var contentAndPayloadLength: Int { Int(contentTypeLength) + Int(payloadLength) }

  private static func append(_ bytes: RawSpan, to end: inout UnsafeMutableRawPointer) {
    let count = bytes.byteCount
    // An empty span may have no address.
    if count == 0 { return }
    unsafe bytes.withUnsafeBytes { unsafe end.copyMemory(from: $0.baseAddress!, byteCount: count) }
    unsafe end += count
  }
}
