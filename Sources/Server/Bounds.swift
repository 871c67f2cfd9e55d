// Every bound on a server's clients, in one place. The parsers have their own (`Limits`).

public import Primitives

/// What the clients of a server may cost.
public struct Bounds: Sendable {
  /// How many connections there may be before the first door accepts no more; further ones wait in
  /// the kernel's queue.
  public var connections = 8_192
  /// How many connections may wait in the kernel's queue.
  public var backlog = 1_024
  /// How many connections one door accepts in one tick.
  public var acceptsPerTick = 64
  /// How many requests of one client are served in one tick.
  public var requestsPerTick = 32
  /// The size of the scratch memory, in bytes: the most that one read takes from a client without a
  /// buffer of its own.
  public var readSize = 64 << 10
  /// How many bytes are read from all clients in one tick, give or take the last read.
  public var readsPerTick = 1 << 20
  /// The largest body accepted in chunks, in bytes. The program checks a declared length itself.
  public var largestBody = 1 << 20
  /// How long a TLS handshake may take.
  public var handshake = TimeSpan.seconds(10)
  /// How long a head may take, from its first byte.
  public var head = TimeSpan.seconds(10)
  /// How long a body may take, from the end of its head.
  public var body = TimeSpan.seconds(30)
  /// How long a connection may stay open without a request.
  public var idle = TimeSpan.seconds(75)
  /// How long a client may take to read a response.
  public var write = TimeSpan.seconds(30)
  /// How long a connection is kept after its last response, so that a client that still sends can
  /// read it.
  public var linger = TimeSpan.seconds(2)
  /// How long accepting pauses when the process has no descriptor left.
  public var exhaustionPause = TimeSpan.milliseconds(100)
  /// How long clients wait for a free place until that is counted again.
  public var fullPause = TimeSpan.seconds(1)
  /// How many bytes the buffers of all clients may take together. A growing buffer may exceed that
  /// by its own size.
  public var clientBuffers = 256 << 20
  /// How many spare buffers are kept.
  public var spareBuffers = 64
  /// The largest spare buffer kept, in bytes.
  public var largestSpare = 256 << 10

  /// How many connections beyond `connections` the operators' door may accept, so that they get in
  /// even when callers use every connection.
  public var reserved = 16
  /// How many connections there may be at all doors.
  public var places: Int { connections + reserved }

  /// The default bounds.
  public init() {}
}
