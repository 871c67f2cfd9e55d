// A request's names in other logs, from its head to its answer. Requests that carry none cost two
// looks at a mask, unless there is an access log: then each has an id, for a line without one could
// not be found again. Without that log nobody here would know an id that was made, so none is.

import API
import HTTP
import Primitives
import Server

extension Worker where Store: ~Copyable {
  /// Keeps the names that the head carries, and with an access log an id and the caller's name.
  mutating func correlate(_ client: Ticket, _ bytes: RawSpan) {
    guard accessLines != nil || Correlation.isIn(server.head) else { return }
    clients[client].correlation = Correlation(server.head, bytes)
    guard accessLines != nil else { return }
    clients[client].correlation.identify(&entropy)
    clients[client].caller = callers.name(of: request.exchange.caller)
  }

  /// The next answer is this client's: it carries the request's names.
  mutating func carryCorrelation(_ client: Ticket) {
    guard clients[client].correlation.isPresent else { return }
    encoder.correlation = clients[client].correlation
  }

  /// Tells the access log of an answer, where there is one.
  mutating func tellAccess(_ client: Ticket, _ status: Int, took span: TimeSpan) {
    if accessLines != nil {
      let line = AccessLine(
        exchange: clients[client].exchange, status: status, bytes: reply.count, took: span,
        caller: clients[client].caller, correlation: clients[client].correlation, worker: number)
      accessLines?.add(line, at: moment.wall)
      clients[client].caller = ""
    }
    if clients[client].correlation.isPresent { clients[client].correlation.clear() }
  }
}
