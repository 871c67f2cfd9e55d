public import HTTP
public import Primitives

/// What a server reports to the program. When a request is reported, the program answers it at once
/// (`send`) or says until when the client may wait (`wait`).
public enum ServerEvent {
  /// A head has arrived: the server's `head`, whose bytes are at hand. The program takes the body
  /// (`takeBody`), or answers without it (`skipBody`).
  case head(Ticket)
  /// A body that was waited for has arrived. The head is at hand again, and the body lies in this
  /// range of the bytes.
  case request(Ticket, body: ByteRange)
  /// The request is not served, for this reason. The program says so to the client, and the
  /// connection ends with that response. The bytes that arrived are at hand.
  case refused(Ticket, RefusedRequest)
  /// A response that did not leave at once has left.
  case sent(Ticket)
  /// The client waits for a response and sends no more.
  case halfClosed(Ticket)
  /// The client has waited for as long as the program said.
  case overdue(Ticket)
  /// The client's connection has ended.
  case gone(Ticket)
}

/// Why a server does not serve a request.
public enum RefusedRequest: Equatable, Sendable {
  /// It is not HTTP that this server accepts.
  case malformed(Refusal)
  /// It did not arrive in time.
  case tooSlow
  /// The clients' buffers are full.
  case noRoom
}
