// A request's ids for other logs, from its head to its answer. For a request that carries none,
// this costs two looks at a mask. With an access log each request gets an id, because its line
// could not be found again without one. Without that log a new id would be known nowhere, so none
// is made.

import API
import HTTP
import Primitives
import Server

extension Worker where Store: ~Copyable {
  /// Keeps the ids that the head carries; with an access log, also makes an id if there is none,
  /// and keeps the caller's name.
  mutating func correlate(_ client: Ticket, _ bytes: RawSpan) {
    guard accessLines != nil || Correlation.isIn(server.head) else { return }
    clients[client].correlation = Correlation(server.head, bytes)
    guard accessLines != nil else { return }
    clients[client].correlation.identify(&entropy)
    clients[client].caller = callers.name(of: request.exchange.caller)
  }

  /// The next answer is for this client: it carries the request's ids.
  mutating func carryCorrelation(_ client: Ticket) {
    guard clients[client].correlation.isPresent else { return }
    encoder.correlation = clients[client].correlation
  }

  /// Adds an answer to the access log, if there is one.
  mutating func tellAccess(
    _ client: Ticket, _ response: EncodedResponse, took span: TimeSpan
  ) {
    if accessLines != nil {
      let line = AccessLine(
        exchange: clients[client].exchange, response: response, bytes: reply.count, took: span,
        caller: clients[client].caller, correlation: clients[client].correlation, worker: number)
      accessLines?.add(line, at: moment.wall)
      clients[client].caller = ""
    }
    if clients[client].correlation.isPresent { clients[client].correlation.clear() }
  }
}
