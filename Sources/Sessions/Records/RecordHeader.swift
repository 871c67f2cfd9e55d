// What the store over Redis keeps in front of a session's content type and payload: 96 bytes in
// network byte order, so that a script in Redis can compare them as they are:
//
//    0  2  "SG"
//    2  1  format, 1
//    3  1  length of the content type
//    4  4  length of the payload
//    8  8  version
//   16  8  created, milliseconds since 1970
//   24  8  absolute deadline, milliseconds since 1970; 0 for none
//   32  4  the session's own idle timeout in seconds; 0 for the namespace's
//   36  1  how it was written: 1 plainly, 2 under a condition, 3 by a script; 0 if not known
//   37  3  the gateway process that wrote it, as a random number; 0 if not known
//   40 16  lock token; all 0 unless the lock was acquired and not released
//   56 16  digest of the request that acquired the lock; once released, the lock's token
//   72  1  1 if the lock was found again, by its token or its request
//   73  7  lock acquired, milliseconds since 1970
//   80  8  lock lease ends, milliseconds since 1970
//   88  8  when its write was begun (or sent, if it had to wait), in nanoseconds of the writer's
//          monotonic clock
//
// Rejected: a Redis hash with fields (GETEX reads and slides a string in one command, a hash needs
// a second one to slide), JSON (a parse per request), the header in a key of its own (two keys to
// keep together, and TRYAGAIN while a slot moves).

public import Primitives

/// The fixed part of a stored session.
public struct RecordHeader: Equatable, Sendable {
  /// How many bytes the header takes.
  public static let length = 96
  /// The longest content type, in bytes: its length is stored in one byte.
  public static let longestContentType = 255

  /// How many bytes of content type follow the header.
  public var contentTypeLength: Int
  /// How many bytes of payload follow the content type.
  public var payloadLength: Int
  /// The version of the write that stored the session.
  public var version: SessionVersion
  /// When the session was created.
  public var created: UnixTime
  /// When the session ends however much it is used; 0 for never.
  public var absoluteDeadline: UnixTime
  /// The session's own idle timeout in seconds; 0 for its namespace's.
  public var ownIdleTimeout: Int
  /// How it was written, when that was begun, and by which process.
  public var stamp: WriteStamp

  /// The header of a session that is being written.
  public init(
    contentTypeLength: Int, payloadLength: Int, version: SessionVersion, created: UnixTime,
    ownIdleTimeout: Int, stamp: WriteStamp = .unknown
  ) {
    precondition(contentTypeLength <= Self.longestContentType, "API bounds content types")
    self.contentTypeLength = contentTypeLength
    self.payloadLength = payloadLength
    self.version = version
    self.created = created
    self.absoluteDeadline = UnixTime(milliseconds: 0)
    self.ownIdleTimeout = ownIdleTimeout
    self.stamp = stamp
  }

  /// Reads the header at the front of a record; nil when the bytes are too few, have another magic
  /// or format, or hold a time before 1970. Whether its lengths fit the record is not checked:
  /// compare `recordLength`.
  public init?(_ record: RawSpan) {
    guard record.byteCount >= Self.length else { return nil }
    guard record.integer(at: 0, as: UInt16.self) == Self.magic,
      record.integer(at: 2, as: UInt8.self) == Self.format
    else { return nil }
    contentTypeLength = Int(record.integer(at: 3, as: UInt8.self))
    payloadLength = Int(record.integer(at: 4, as: UInt32.self))
    version = SessionVersion(bits: record.integer(at: 8, as: UInt64.self))
    created = UnixTime(milliseconds: record.integer(at: 16, as: Int64.self))
    absoluteDeadline = UnixTime(milliseconds: record.integer(at: 24, as: Int64.self))
    // No gateway writes times before 1970, and arithmetic with them could overflow.
    guard created.milliseconds >= 0, absoluteDeadline.milliseconds >= 0 else { return nil }
    ownIdleTimeout = Int(record.integer(at: 32, as: UInt32.self))
    stamp = WriteStamp(
      writer: record.integer(at: 36, as: UInt32.self),
      begun: Instant(nanoseconds: record.integer(at: 88, as: Int64.self)))
  }

  /// How many bytes the whole record has.
  public var recordLength: Int { Self.length + contentTypeLength + payloadLength }

  /// Where the content type is in the record.
  public var contentType: ByteRange {
    ByteRange(Self.length, Self.length + contentTypeLength)
  }

  /// Where the payload is in the record.
  public var payload: ByteRange {
    ByteRange(Self.length + contentTypeLength, recordLength)
  }

  /// The header's bytes as they are stored, with no lock.
  public var encoded: InlineArray<96, UInt8> {
    var bytes = InlineArray<96, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    unsafe span.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: Self.magic.bigEndian, as: UInt16.self)
      unsafe bytes.storeBytes(of: Self.format, toByteOffset: 2, as: UInt8.self)
      unsafe bytes.storeBytes(of: UInt8(contentTypeLength), toByteOffset: 3, as: UInt8.self)
      unsafe bytes.storeBytes(
        of: UInt32(payloadLength).bigEndian, toByteOffset: 4, as: UInt32.self)
      unsafe bytes.storeBytes(of: version.bits.bigEndian, toByteOffset: 8, as: UInt64.self)
      unsafe bytes.storeBytes(
        of: created.milliseconds.bigEndian, toByteOffset: 16, as: Int64.self)
      unsafe bytes.storeBytes(
        of: absoluteDeadline.milliseconds.bigEndian, toByteOffset: 24, as: Int64.self)
      unsafe bytes.storeBytes(
        of: UInt32(ownIdleTimeout).bigEndian, toByteOffset: 32, as: UInt32.self)
      unsafe bytes.storeBytes(of: stamp.writer.bigEndian, toByteOffset: 36, as: UInt32.self)
      unsafe bytes.storeBytes(
        of: stamp.begun.nanoseconds.bigEndian, toByteOffset: 88, as: Int64.self)
    }
    return bytes
  }

  /// The token of the record's lock, whether or not its lease has ended; `.none` if the lock was
  /// never acquired or was released. The record must have a valid header.
  public static func lockToken(in record: RawSpan) -> LockToken {
    LockToken(
      high: record.integer(at: 40, as: UInt64.self), low: record.integer(at: 48, as: UInt64.self))
  }

  private static let magic: UInt16 = 0x5347
  private static let format: UInt8 = 1
}

extension RawSpan {
  /// The integer in network byte order that starts at `offset`.
  fileprivate func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type
  ) -> Value {
    guard let value = networkOrder(at: offset, as: type) else {
      preconditionFailure("a field lies within the header")
    }
    return value
  }
}
