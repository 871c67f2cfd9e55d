// A record that had to wait before it was sent, for a node, a pause or the fate of an earlier
// attempt, is stamped again as it leaves. So a record whose stamp is older than an operation was on
// its way before that operation began, however long the record had waited (docs/decisions/0010).

import Glibc
import Primitives
import Redis
import Sessions

/// Stamps records in commands that are already encoded.
enum RecordStamping {
  /// Stamps the record of this version, if there is one among `commands`, as sent at `beginning`.
  static func stamp(
    _ version: SessionVersion, in commands: inout ByteBuffer, as beginning: Beginning
  ) {
    guard let (found, place) = find(version, in: commands.bytes) else { return }
    var header = found
    header.created = beginning.wall
    header.stamp = beginning.stamp(header.stamp.kind)
    let encoded = header.encoded
    unsafe encoded.span.withUnsafeBytes { bytes in
      _ = unsafe memcpy(
        commands.mutableReadable + place.lowerBound, bytes.baseAddress!, bytes.count)
    }
  }

  /// The record and where it is: no other argument has a version, and no other record has this one.
  private static func find(
    _ version: SessionVersion, in commands: RawSpan
  ) -> (RecordHeader, Range<Int>)? {
    var start = 0
    while start < commands.byteCount {
      var walk = ArgumentWalk(commands, from: start)
      for _ in 0..<walk.count {
        let argument = walk.next(in: commands)
        if let header = RecordHeader(commands.extracting(argument)), header.version == version {
          return (header, argument)
        }
      }
      start = walk.at
    }
    return nil
  }
}
