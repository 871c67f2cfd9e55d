import Primitives

/// What a loop's clients may cost: the gateway's own bounds, so that what is found out here holds
/// there.
struct EchoBounds: Sendable {
  /// How many connections a loop serves; further ones wait in the kernel's queue.
  var connections = 8_192
  /// How many connections are accepted in one tick.
  var acceptsPerTick = 64
  /// How many bytes are read at once.
  var readSize = 64 << 10
  /// The largest body, in bytes.
  var largestBody = 1 << 20
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
}
