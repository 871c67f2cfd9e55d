// Waiting for what another process does. A test names the state it waits for and the longest it
// may take; it never sleeps for a fixed time. The bound is generous on purpose: it tells a hang
// from progress, it does not measure. Where a story holds only if it is told quickly, it is told
// again (`promptly`).

import Glibc

/// Asks `condition` again and again until it holds, first each millisecond, later each 20.
///
/// - Throws: a `LabFault` that names `what` once `limit` has passed, or what `condition` throws.
public func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ condition: () throws -> Bool
) throws {
  let start = ContinuousClock.now
  var pause: UInt32 = 1_000
  while true {
    // Before the look, so that a stalled test looks once more when its time is over.
    let isLast = ContinuousClock.now - start > limit
    if try condition() { return }
    if isLast { throw LabFault("waited \(limit) in vain: \(what)") }
    usleep(pause)
    pause = min(pause * 2, 20_000)
  }
}

/// Tells a story whose outcome is known only if it takes no longer than `limit`, and tells it again
/// when it took longer: a busy machine can hold up any of its steps.
///
/// - Parameter isRight: whether an outcome counts however long it took.
/// - Throws: what `story` throws, or a `LabFault` when it was never told in time.
public func promptly<R>(
  within limit: Duration, unless isRight: (R) -> Bool = { _ in false }, _ story: () throws -> R
) throws -> R {
  for _ in 0..<20 {
    let start = ContinuousClock.now
    let outcome = try story()
    if isRight(outcome) || ContinuousClock.now - start < limit { return outcome }
  }
  throw LabFault("twenty times it took longer than \(limit)")
}
