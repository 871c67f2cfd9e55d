// Every bound of the gateway's own side, in one place. The store over Redis has its own
// (`ClusterLimits`), the parsers theirs (`Limits`, `ReplyLimits`).

import Primitives
import Reactor
import Settings

/// What a worker's clients may cost.
struct Bounds: Sendable {
  /// How many connections a worker serves; further ones wait in the kernel's queue.
  var connections = 8_192
  /// How many connections wait in the kernel's queue.
  var backlog = 1_024
  /// How many connections are accepted in one tick.
  var acceptsPerTick = 64
  /// How many requests of one client are served in one tick.
  var requestsPerTick = 32
  /// How many bytes are read at once from a client.
  var readSize = 64 << 10
  /// The largest body, in bytes.
  var largestBody: Int
  /// How long a TLS handshake may take.
  var handshake = TimeSpan.seconds(10)
  /// How long a head may take, from its first byte.
  var head = TimeSpan.seconds(10)
  /// How long a body may take, from the end of its head.
  var body = TimeSpan.seconds(30)
  /// How long a connection may stay open without a request.
  var idle = TimeSpan.seconds(75)
  /// How long a client may take to read an answer.
  var write = TimeSpan.seconds(30)
  /// How long a connection is kept after its last answer, so that the client can read it although
  /// it still sends.
  var linger = TimeSpan.seconds(2)
  /// How long accepting pauses when the process has no descriptor left.
  var exhaustionPause = TimeSpan.milliseconds(100)
  /// How many bytes the buffers of a worker's clients may take together; there is always room for
  /// one request of the largest size. A buffer that grows may pass it by its own size.
  var clientBuffers: Int
  /// How many buffers for answers a worker keeps.
  var spareBuffers = 64
  /// The largest that it keeps, in bytes.
  var largestSpare = 256 << 10

  /// The bounds of one of so many workers.
  init(_ settings: Settings, workers: Int) {
    largestBody = settings.maxBody
    let share = settings.clientBuffers / workers
    clientBuffers = max(share, 2 * settings.maxBody + (256 << 10))
  }
}
