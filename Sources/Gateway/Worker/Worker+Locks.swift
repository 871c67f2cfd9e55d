// Locks that are being acquired: by whom, whether they may wait, and that no lock is left to a client
// that is gone. In a table beside the clients, since few of them want a lock.
//
//   in line, asked ──granted──► answered          (the lock is given back if the answer cannot leave)
//     ▲  └──held──► waiting, if it may: the first in line asks again after 40 to 80 ms, or when it is
//     │                │          told that the lock may be free; the others when they are first
//     └────────────────┘

import API
import Primitives
import Reactor
import Server
import Sessions

/// A lock that a client wants.
struct WantedLock {
  /// What it asked for; its deadline is set for each attempt.
  var command: SessionCommand
  /// Its place in the session's line.
  let place: LockLines.Waiter
  /// How long one attempt may take.
  let patience: TimeSpan
  /// When the client stops waiting.
  let end: Instant
  /// When no question may be under way any more.
  let limit: Instant
  /// Whether it stands in line.
  var isInLine = true
  /// Whether it was told to wait.
  var hasWaited = false
  /// Whether it is the first there.
  var isFirst: Bool
  /// Whether the store has the command.
  var isAsked = true
  /// Whether the lock may have become free since the store was asked.
  var isDue = false

  /// The lock that a request asks for. A caller with a deadline of its own waits for a little less, so
  /// that the last question has time for an answer.
  init(_ request: borrowing DecodedRequest, standing place: LockLines.Waiter, isFirst: Bool) {
    self.place = place
    self.isFirst = isFirst
    let began = request.exchange.began
    command = request.command
    patience = command.deadline - began
    limit = request.exchange.limit
    end = min(began + .seconds(request.wait), limit + .milliseconds(-200))
  }
}

extension Worker where Store: ~Copyable {
  /// Notes that the client wants the lock that the present request asks for; whether the store is to be
  /// asked now. Only the first in line may acquire it. The others ask for a lock that they may have
  /// already, and for what to tell those who do not wait.
  mutating func wantLock(_ client: Ticket) -> Bool {
    let name = SessionName(request.command.namespace, request.command.id)
    let (place, isFirst) = lockLines.join(name, inbox: number, client: client)
    var wanted = WantedLock(request, standing: place, isFirst: isFirst)
    request.command.yields = !wanted.isFirst
    let mayHaveIt = !wanted.command.heldLock.isNone || !wanted.command.lockRequest.isNone
    let mayWait = request.wait > 0 && drainDeadline == nil && !server.isHalfClosed(client)
    wanted.isAsked = wanted.isFirst || mayHaveIt || !mayWait
    wantedLocks[client] = wanted
    if !wanted.isAsked { awaitTurn(client) }
    return wanted.isAsked
  }

  private mutating func awaitTurn(_ client: Ticket) {
    if wantedLocks[client]?.hasWaited == false { board.add(1, to: .locksWaited) }
    wantedLocks[client]?.hasWaited = true
    clients[client].operation = .none
    rest(client)
  }

  /// Takes what came of an attempt; whether the client waits on, and so is not answered yet.
  mutating func waitsOn(_ client: Ticket, _ outcome: Outcome) -> Bool {
    guard let wanted = wantedLocks[client] else { return false }
    wantedLocks[client]!.isAsked = false
    if case .lockHeld = outcome, moment.instant < wanted.end, !server.isHalfClosed(client) {
      if drainDeadline != nil {
        refuseWaiter(client)
        return true
      }
      awaitTurn(client)
      if wanted.isDue { ask(client) }
      return true
    }
    switch outcome {
    case .locked(_, let grant) where grant.token == wanted.command.freshLock:
      // Kept until the answer has left.
      leaveLine(client, isFree: false)
    case .locked, .lockHeld:
      leaveLine(client, isFree: wanted.isDue)
      wantedLocks[client] = nil
    case .fault(.outcomeUnknown), .fault(.unreadable):
      // It may have acquired a lock of which the caller gets no token.
      leaveLine(client, isFree: true)
      wantedLocks[client] = nil
      giveBack(wanted.command)
    default:
      leaveLine(client, isFree: true)
      wantedLocks[client] = nil
    }
    return false
  }

  /// Lets a waiter sleep until it asks again, or stops waiting.
  private mutating func rest(_ client: Ticket) {
    guard let wanted = wantedLocks[client] else { return }
    let pause = TimeSpan.milliseconds(40 + Int(entropy.bits() % 40))
    server.wait(
      client, until: wanted.isFirst ? min(moment.instant + pause, wanted.end) : wanted.end)
  }

  /// A waiter's timer rang: it asks again, for the last time if it stops waiting. False for a client
  /// that does not wait for a lock, or whose command the store has.
  mutating func ringsForLock(_ client: Ticket) -> Bool {
    guard let wanted = wantedLocks[client], wanted.isInLine, !wanted.isAsked else { return false }
    ask(client)
    return true
  }

  /// The line says that it is the client's turn to ask.
  mutating func takeTurn(_ waiter: LockLines.Waiter, isFree: Bool) {
    let client = waiter.client
    guard server.isWaiting(client), let wanted = wantedLocks[client], wanted.isInLine,
      wanted.place == waiter
    else { return }
    wantedLocks[client]!.isFirst = true
    if wantedLocks[client]!.isAsked {
      if isFree { wantedLocks[client]!.isDue = true }
    } else if isFree {
      ask(client)
    } else {
      rest(client)
    }
  }

  private mutating func ask(_ client: Ticket) {
    wantedLocks[client]!.isAsked = true
    wantedLocks[client]!.isDue = false
    wantedLocks[client]!.command.yields = !wantedLocks[client]!.isFirst
    wantedLocks[client]!.command.deadline = min(
      moment.instant + wantedLocks[client]!.patience, wantedLocks[client]!.limit)
    let command = wantedLocks[client]!.command
    let nothing = ByteBuffer()
    let submission = backend.submit(
      command, request: nothing.bytes, ticket: client, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome):
      if waitsOn(client, outcome) { return }
      answer(client, outcome)
    case .pending(let operation):
      clients[client].operation = operation
      server.wait(client, until: command.deadline)
    }
  }

  /// A client that wants a lock ended its side of the connection: it is taken for gone.
  mutating func leaveIfWaiting(_ client: Ticket) {
    if server.isWaiting(client), wantedLocks[client]?.isInLine == true { server.drop(client) }
  }

  /// The client is gone, or its answer has left.
  ///
  /// - Parameter isGone: whether a lock that it may have acquired is given back.
  mutating func forgetLock(_ client: Ticket, isGone: Bool) {
    guard let wanted = wantedLocks[client] else { return }
    leaveLine(client, isFree: wanted.isDue)
    wantedLocks[client] = nil
    // Who is not in line has been granted it, and the answer was to leave.
    if isGone, wanted.isAsked || !wanted.isInLine { giveBack(wanted.command) }
  }

  /// Releases the lock that the command acquired, if it did: by its token, so nobody else's, and only
  /// if its caller has not found it again.
  private mutating func giveBack(_ command: SessionCommand) {
    var release = command
    release.verb = .unlock
    release.yields = true
    release.heldLock = command.freshLock
    release.deadline = moment.instant + .seconds(10)
    let nothing = ByteBuffer()
    _ = backend.submit(
      release, request: nothing.bytes, ticket: .none, at: moment, reply: &reply)
    tellLine(release.namespace, release.id)
  }

  private mutating func leaveLine(_ client: Ticket, isFree: Bool) {
    guard let wanted = wantedLocks[client], wanted.isInLine else { return }
    wantedLocks[client]!.isInLine = false
    let name = SessionName(wanted.command.namespace, wanted.command.id)
    lockLines.leave(name, wanted.place, isFree: isFree)
  }

  /// Something ended that may have freed the session's lock.
  mutating func noteRelease(_ client: Ticket, _ outcome: Outcome) {
    guard !lockLines.isEmpty else { return }
    switch outcome {
    case .unlocked, .deleted, .created, .replaced:
      tellLine(clients[client].exchange.namespace, clients[client].id)
    default: break
    }
  }

  private func tellLine(_ namespace: NamespaceIndex, _ id: SessionID) {
    if !lockLines.isEmpty { lockLines.wake(SessionName(namespace, id)) }
  }

  /// The gateway drains: who waits is told to ask another one.
  mutating func refuseWaiters() {
    for (client, wanted) in wantedLocks where wanted.isInLine && !wanted.isAsked {
      refuseWaiter(client)
    }
  }

  private mutating func refuseWaiter(_ client: Ticket) {
    leaveLine(client, isFree: false)
    wantedLocks[client] = nil
    answer(client, .draining)
  }
}
