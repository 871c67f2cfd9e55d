// What the server reports about clients, and how the worker responds.

import API
import HTTP
import Primitives
import Server
import Sessions

extension Worker where Store: ~Copyable {
  /// Handles everything that the server has to report now.
  mutating func serve() {
    var bytes = ByteBuffer()
    while let event = server.next(&bytes) {
      switch event {
      case .head(let client): takeHead(client, bytes)
      case .request(let client, let payload): takeRequest(client, bytes, payload)
      case .refused(let client, let reason): takeRefusal(client, bytes, reason)
      case .sent(let client): forgetLock(client, givingBack: false)
      case .halfClosed(let client): leaveIfWaiting(client)
      case .overdue(let client): takeDeadline(client)
      case .gone(let client): forget(client)
      }
    }
  }

  /// Answers a request that the server refused. If its head has not arrived, all that is known is
  /// whether the request is a HEAD.
  private mutating func takeRefusal(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ reason: RefusedRequest
  ) {
    clients.admit(client)
    if !clients[client].isInFlight {
      clients[client].exchange = Exchange(refused: bytes.bytes, at: moment.instant)
      if accessLines != nil { clients[client].correlation.identify(&entropy) }
    }
    switch reason {
    case .malformed(let refusal): answer(client, Problem(refusal))
    case .tooSlow: refuseLate(client)
    case .noRoom: answer(client, .gatewayFull)
    }
  }

  /// A client has waited long enough.
  private mutating func takeDeadline(_ client: Ticket) {
    guard server.isWaiting(client) else { return }
    if !wantedLocks.isEmpty, askAgain(client) { return }
    board.count(.deadline)
    answerLate(client)
  }

  /// A client is gone: forgets whatever it waited for.
  private mutating func forget(_ client: Ticket) {
    clients.admit(client)
    if clients[client].operation != .none || clients[client].batch != nil { abandon(client) }
    endExchange(client)
    forgetLock(client, givingBack: true)
    // The next client in this place is a different one.
    clients[client].correlation.clear()
    clients[client].caller = ""
  }
}
