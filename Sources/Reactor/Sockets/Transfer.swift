/// What a read or write on a connection did, plain or through TLS.
public enum Transfer: Equatable, Sendable {
  /// This many plain bytes moved: at least one, unless none were asked for.
  case moved(Int)
  /// No plain bytes now: wait for the poller's event, unless the transport `mayHaveMore`.
  case wouldBlock
  /// The peer sends no more (reading) or takes no more (writing).
  case closed
  /// The connection is unusable.
  case failed(TransportFault)
}
