// Reads `INFO replication` of a replica for how long ago it last heard of its primary.

/// How closely a replica follows its primary.
public struct ReplicationLag: Equatable, Sendable {
  /// How many seconds ago it last heard of its primary, be the link up or down; nil when it is no
  /// replica, still copies the data, or does not tell.
  public let seconds: Double?

  /// What the text of an answer says.
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
