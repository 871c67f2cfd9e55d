// What the embedded store keeps of a session. Made by a `put`, owned by a place of `SessionTable`. It
// says in memory what `RecordHeader` says in Redis, and grows with it.

import Primitives

/// A session and what is known of it beside its bytes.
struct SessionEntry: ~Copyable {
  /// Its bytes and its name.
  var record: SessionRecord
  /// Which write of the session this is.
  var version: SessionVersion
  /// When it ends however much it is used; a `put` that replaces it leaves this.
  var absoluteDeadline: Instant
  /// When it ends unless it is used before; never behind the absolute deadline.
  var idleDeadline: Instant
  /// Its own idle timeout in seconds; 0 when it goes by its namespace's.
  var ownIdleTimeout: UInt32
  /// Who holds its lock.
  var lock = SessionLock()

  /// How many bytes of a budget it takes.
  var cost: Int { record.cost + lock.cost }

  /// Whether the session is past its timeout, and so missing however long its bytes are kept.
  func isOver(at instant: Instant) -> Bool { idleDeadline <= instant }
}
