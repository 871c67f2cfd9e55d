import Synchronization

/// How many bytes the sessions of all shards take together, and how many they may take.
///
/// Bytes are reserved before a session is kept and released when it is freed, so that the workers
/// together never exceed the limit.
struct MemoryBudget: ~Copyable, Sendable {
  /// The most bytes that can be reserved.
  let limit: Int
  private let reserved = Atomic<Int>(0)

  init(limit: Int) {
    precondition(limit >= 0, "a budget of bytes is not negative")
    self.limit = limit
  }

  /// How many bytes are reserved now.
  var used: Int { reserved.load(ordering: .relaxed) }

  /// Reserves `bytes` more; false when they do not fit. A negative number always fits, and releases
  /// bytes.
  func reserve(_ bytes: Int) -> Bool {
    if bytes <= 0 {
      release(-bytes)
      return true
    }
    var used = self.used
    while bytes <= limit - used {
      let (exchanged, original) = reserved.weakCompareExchange(
        expected: used, desired: used + bytes, ordering: .relaxed)
      if exchanged { return true }
      used = original
    }
    return false
  }

  /// Gives back `bytes` that were reserved.
  func release(_ bytes: Int) {
    let left = reserved.subtract(bytes, ordering: .relaxed).newValue
    precondition(left >= 0, "only what was reserved can be released")
  }
}
