public import HTTP
public import Primitives

/// What a server has to tell the program that it serves for. Whoever is told of a request answers it
/// at once (`send`) or says until when the client waits (`wait`).
public enum ServerEvent {
  /// A head has come: the server's `head`, whose bytes are at hand. The program takes the body
  /// (`takeBody`), or answers without it (`skipBody`).
  case head(Ticket)
  /// A body that was waited for has come. The head is at hand again, and the body at this place of the
  /// bytes.
  case request(Ticket, body: ByteRange)
  /// The request is not served, for this reason: the program says so, and the connection ends with
  /// the answer. What came of it is at hand.
  case refused(Ticket, RefusedRequest)
  /// The answer that did not leave at once has left.
  case sent(Ticket)
  /// The client waits for an answer and sends no more.
  case halfClosed(Ticket)
  /// The client has waited for as long as the program said.
  case overdue(Ticket)
  /// There is no such client any more.
  case gone(Ticket)
}

/// Why a server does not serve a request.
public enum RefusedRequest: Equatable, Sendable {
  /// It is not HTTP as it is spoken here.
  case malformed(Refusal)
  /// It did not come in time.
  case tooSlow
  /// The clients' buffers are full.
  case noRoom
}
