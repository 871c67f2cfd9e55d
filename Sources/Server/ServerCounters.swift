/// What a server has counted since its start.
public struct ServerCounters: Sendable {
  /// Connections that were let in.
  public internal(set) var accepted = 0
  /// Bytes read from clients.
  public internal(set) var bytesReceived = 0
  /// Bytes written to clients.
  public internal(set) var bytesSent = 0
  /// TLS handshakes that were made in full.
  public internal(set) var handshakes = 0
  /// TLS handshakes that an earlier session shortened.
  public internal(set) var handshakesResumed = 0
  /// TLS handshakes that failed.
  public internal(set) var handshakeFaults = 0
  /// How often accepting stopped for want of places.
  public internal(set) var fullHouses = 0
  /// How often it stopped for want of descriptors.
  public internal(set) var exhaustions = 0
  /// How often the clients' buffers were full.
  public internal(set) var fullBuffers = 0
  /// Handshakes that took too long.
  public internal(set) var handshakeTimeouts = 0
  /// Heads that took too long.
  public internal(set) var headTimeouts = 0
  /// Bodies that took too long.
  public internal(set) var bodyTimeouts = 0
  /// Connections that stayed open too long without a request.
  public internal(set) var idleTimeouts = 0
  /// Answers that took too long to be read.
  public internal(set) var writeTimeouts = 0
  /// Connections that the client had not ended some time after their last answer.
  public internal(set) var lingerTimeouts = 0
}
