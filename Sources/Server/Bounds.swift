// Every bound of a server's clients in one place. The parsers have their own (`Limits`).

public import Primitives

/// What the clients of a server may cost.
public struct Bounds: Sendable {
  /// How many connections there may be; further ones wait in the kernel's queue.
  public var connections = 8_192
  /// How many connections wait in the kernel's queue.
  public var backlog = 1_024
  /// How many connections are accepted by one door in one tick.
  public var acceptsPerTick = 64
  /// How many requests of one client are served in one tick.
  public var requestsPerTick = 32
  /// How many bytes are read at once from a client, unless a body is known to be longer.
  public var readSize = 64 << 10
  /// After how many bytes nothing more is read from clients in one tick.
  public var readsPerTick = 1 << 20
  /// The largest body, in bytes.
  public var largestBody = 1 << 20
  /// How long a TLS handshake may take.
  public var handshake = TimeSpan.seconds(10)
  /// How long a head may take, from its first byte.
  public var head = TimeSpan.seconds(10)
  /// How long a body may take, from the end of its head.
  public var body = TimeSpan.seconds(30)
  /// How long a connection may stay open without a request.
  public var idle = TimeSpan.seconds(75)
  /// How long a client may take to read an answer.
  public var write = TimeSpan.seconds(30)
  /// How long a connection is kept after its last answer, so that the client can read it although
  /// it still sends.
  public var linger = TimeSpan.seconds(2)
  /// How long accepting pauses when the process has no descriptor left.
  public var exhaustionPause = TimeSpan.milliseconds(100)
  /// How many bytes the buffers of all clients may take together. A buffer that grows may pass it by
  /// its own size.
  public var clientBuffers = 256 << 20
  /// How many buffers that are out of use are kept.
  public var spareBuffers = 64
  /// The largest that is kept, in bytes.
  public var largestSpare = 256 << 10

  /// How many further connections the doors behind the first one may have, which is their own: who watches a
  /// gateway is let in although its callers take up all there may be.
  public var reserved = 16
  /// How many connections there may be at all doors.
  public var places: Int { connections + reserved }

  /// The bounds that hold unless others are chosen.
  public init() {}
}
