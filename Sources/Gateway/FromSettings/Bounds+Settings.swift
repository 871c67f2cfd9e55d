// The bounds of a worker's clients, from the settings.

import Primitives
import Server
import Settings

extension Bounds {
  /// The bounds of one of `workers` workers. There is always room for one request of the largest
  /// size.
  init(_ settings: Settings, workers: Int) {
    self.init()
    largestBody = settings.maxBody
    body = min(body, settings.deadline)
    if settings.adminListen == nil { reserved = 0 }
    let share = settings.clientBuffers / workers
    clientBuffers = max(share, 2 * settings.maxBody + (256 << 10))
  }
}
