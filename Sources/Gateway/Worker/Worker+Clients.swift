// What the server tells of clients, and what becomes of it.

import API
import HTTP
import Primitives
import Server
import Sessions

extension Worker where Store: ~Copyable {
  /// Serves who can be served now.
  mutating func serve() {
    var bytes = ByteBuffer()
    while let event = server.next(&bytes) {
      switch event {
      case .head(let client): takeHead(client, bytes)
      case .request(let client, let payload): takeRequest(client, bytes, payload)
      case .refused(let client, let reason): takeRefusal(client, bytes, reason)
      case .sent(let client): forgetLock(client, isGone: false)
      case .halfClosed(let client): leaveIfWaiting(client)
      case .overdue(let client): takeDeadline(client)
      case .gone(let client): forget(client)
      }
    }
  }

  /// A request is not one that can be served. Where its head has not come, no more is known of it
  /// than whether it asks for a head only.
  private mutating func takeRefusal(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ reason: RefusedRequest
  ) {
    clients.admit(client)
    if !clients[client].isInFlight {
      clients[client].exchange = Exchange(refused: bytes.bytes, at: moment.instant)
      if accessLines != nil { clients[client].correlation.identify(&entropy) }
    }
    // Nobody knows where the next request begins.
    clients[client].exchange.persistence = .close
    switch reason {
    case .malformed(let refusal): answer(client, Problem(refusal))
    case .tooSlow: refuseLate(client)
    case .noRoom: answer(client, .noRoom)
    }
  }

  /// A client has waited long enough.
  private mutating func takeDeadline(_ client: Ticket) {
    guard server.isWaiting(client) else { return }
    if !wantedLocks.isEmpty, ringsForLock(client) { return }
    board.count(.deadline)
    answerLate(client)
  }

  /// Forgets whatever a client waited for that is gone.
  private mutating func forget(_ client: Ticket) {
    clients.admit(client)
    if clients[client].operation != .none || clients[client].batch != nil { abandon(client) }
    endExchange(client)
    forgetLock(client, isGone: true)
    // The next client here is another one.
    clients[client].correlation.clear()
    clients[client].caller = ""
  }
}
