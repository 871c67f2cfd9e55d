// What the memory store keeps of a session. Made by a `put`, owned by a place of `SessionTable`. It
// holds in memory what `RecordHeader` holds in Redis, and a field added there is added here.

import Primitives

/// A session's bytes, and what else is known of it.
struct SessionEntry: ~Copyable {
  /// Its name and its bytes.
  var record: SessionRecord
  /// The version of the write that stored it.
  var version: SessionVersion
  /// When it ends however much it is used; a `put` that replaces the session keeps this.
  var absoluteDeadline: Instant
  /// When it ends unless it is used before; never after the absolute deadline.
  var idleDeadline: Instant
  /// Its own idle timeout in seconds; 0 for its namespace's.
  var ownIdleTimeout: UInt32
  /// Its lock.
  var lock = SessionLock()

  /// How many bytes of the budget it takes.
  var cost: Int { record.cost + lock.cost }

  /// Whether the session is past its timeout; then it counts as missing, even while its bytes are
  /// still kept.
  func isOver(at instant: Instant) -> Bool { idleDeadline <= instant }
}
