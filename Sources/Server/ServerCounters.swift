/// What a server has counted since its start.
public struct ServerCounters: Sendable {
  /// Connections accepted.
  public internal(set) var accepted = 0
  /// Bytes read from clients.
  public internal(set) var bytesReceived = 0
  /// Bytes written to clients.
  public internal(set) var bytesSent = 0
  /// TLS handshakes completed in full.
  public internal(set) var handshakes = 0
  /// TLS handshakes that resumed an earlier session.
  public internal(set) var handshakesResumed = 0
  /// TLS handshakes that failed.
  public internal(set) var handshakeFaults = 0
  /// How often clients were found waiting because no place was free; while they wait, once in
  /// each `Bounds.fullPause`.
  public internal(set) var placesExhausted = 0
  /// How often a client could not be accepted for want of descriptors, or of room in the poller.
  public internal(set) var exhaustions = 0
  /// How often a client was refused or dropped because the clients' buffers were full.
  public internal(set) var fullBuffers = 0
  /// Handshakes that took too long.
  public internal(set) var handshakeTimeouts = 0
  /// Heads that took too long.
  public internal(set) var headTimeouts = 0
  /// Bodies that took too long.
  public internal(set) var bodyTimeouts = 0
  /// Connections that stayed open too long without a request.
  public internal(set) var idleTimeouts = 0
  /// Responses that the client took too long to read.
  public internal(set) var writeTimeouts = 0
  /// Connections that the client had not closed `Bounds.linger` after the last response.
  public internal(set) var lingerTimeouts = 0
}
