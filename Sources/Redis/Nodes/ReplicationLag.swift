// Reads from a replica's `INFO replication` how long ago it last heard from its primary.

/// How closely a replica follows its primary.
public struct ReplicationLag: Equatable, Sendable {
  /// How many seconds ago it last heard from its primary, whether the link is up or down; nil if it
  /// is not a replica, is still copying the data, or does not say.
  public let seconds: Double?

  /// The lag in the text of a reply.
  public init(_ info: RawSpan) {
    guard Self.value("role:", in: info) == "slave",
      Self.value("master_sync_in_progress:", in: info) == "0"
    else {
      seconds = nil
      return
    }
    let isUp = Self.value("master_link_status:", in: info) == "up"
    let name: StaticString =
      isUp ? "master_last_io_seconds_ago:" : "master_link_down_since_seconds:"
    let number = Self.value(name, in: info).flatMap { Double($0) }
    seconds = number.flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func value(_ name: StaticString, in info: RawSpan) -> String? {
    var start = 0
    while start < info.byteCount {
      let end = info.offset(of: UInt8(ascii: "\n"), from: start) ?? info.byteCount
      let line = info.extracting(start..<end)
      if line.starts(with: name) {
        let rest = line.extracting(name.utf8CodeUnitCount..<line.byteCount).text
        return rest.hasSuffix("\r") ? String(rest.dropLast()) : rest
      }
      start = end + 1
    }
    return nil
  }
}
