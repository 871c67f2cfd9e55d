// Waiting for what another process does. A test names the state it waits for and the longest it
// may take; it never sleeps for a fixed time. The bound is generous on purpose: it tells a hang
// from progress, it does not measure.

import Glibc

/// Asks `condition` again and again until it holds, first each millisecond, later each 20.
///
/// - Throws: a `LabFault` that names `what` once `limit` has passed, or what `condition` throws.
public func eventually(
  _ what: String, within limit: Duration = .seconds(30), _ condition: () throws -> Bool
) throws {
  let start = ContinuousClock.now
  var pause: UInt32 = 1_000
  while try !condition() {
    if ContinuousClock.now - start > limit {
      throw LabFault("waited \(limit) in vain: \(what)")
    }
    usleep(pause)
    pause = min(pause * 2, 20_000)
  }
}
