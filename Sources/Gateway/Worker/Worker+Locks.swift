// Locks that are being acquired: by which clients, whether they may wait, and that no lock is left
// to a client that is gone. Kept in a table beside the clients, since few of them want a lock.
//
//   in line, asked ──granted──► answered        (the lock is given back if the answer cannot leave)
//     ▲  └──held──► waiting, if it may: the first in line asks again after 40 to 80 ms, or when it
//     │                │          learns that the lock may be free; the others when they are first
//     └────────────────┘

import API
import Primitives
import Reactor
import Server
import Sessions

/// A lock that a client wants.
struct WantedLock {
  /// Where the client stands.
  enum Stage: Equatable {
    /// In line, and the store is not asked.
    case waiting
    /// In line, and the store has the command. `isDue`: whether the lock may have become free since.
    case asked(isDue: Bool)
    /// Out of the line: the answer is made, and may still be leaving.
    case outOfLine
  }

  /// What it asked for; its deadline is set for each attempt.
  var command: SessionCommand
  /// Its place in the session's line.
  let place: LockLines.Waiter
  /// How long one attempt may take.
  let patience: TimeSpan
  /// When the client stops waiting.
  let end: Instant
  /// When no attempt may be in progress any more.
  let limit: Instant
  /// Whether it has had to wait.
  var hasWaited = false
  /// Whether it is the first in line.
  var isFirst: Bool
  /// Where it stands.
  var stage = Stage.waiting

  /// The lock that a request asks for. With a deadline of the caller's own, the wait ends a little
  /// earlier, so that the last attempt has time for an answer.
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
  /// Notes that the client wants the lock that the present request asks for, and returns whether to
  /// ask the store now. Only the first in line may acquire it. The others ask only for a lock that
  /// they may already have, and for what to answer clients that do not wait.
  mutating func wantLock(_ client: Ticket) -> Bool {
    let name = SessionName(request.command.namespace, request.command.id)
    let (place, isFirst) = lockLines.join(name, inbox: number, client: client)
    var wanted = WantedLock(request, standing: place, isFirst: isFirst)
    request.command.yields = !wanted.isFirst
    let mayHaveIt = !wanted.command.heldLock.isNone || !wanted.command.lockRequest.isNone
    let mayWait = request.wait > 0 && !isDraining && !server.isHalfClosed(client)
    let isAsked = wanted.isFirst || mayHaveIt || !mayWait
    wanted.stage = isAsked ? .asked(isDue: false) : .waiting
    wantedLocks[client] = wanted
    if !isAsked { awaitTurn(client) }
    return isAsked
  }

  private mutating func awaitTurn(_ client: Ticket) {
    if wantedLocks[client]?.hasWaited == false { board.add(1, to: .locksWaited) }
    wantedLocks[client]?.hasWaited = true
    clients[client].operation = .none
    rest(client)
  }

  /// Takes the outcome of an attempt, and returns whether the client continues to wait and so is
  /// not answered yet.
  mutating func keepWaiting(_ client: Ticket, after outcome: Outcome) -> Bool {
    guard let wanted = wantedLocks[client] else { return false }
    let isDue = wanted.stage == .asked(isDue: true)
    wantedLocks[client]!.stage = .waiting
    if case .lockHeld = outcome, moment.instant < wanted.end, !server.isHalfClosed(client) {
      if isDraining {
        refuseWaiter(client)
        return true
      }
      awaitTurn(client)
      if isDue { ask(client, expectsRefusal: false) }
      return true
    }
    switch outcome {
    case .locked(_, let grant) where grant.token == wanted.command.freshLock:
      // The entry is kept until the answer has left.
      leaveLine(client, mayBeFree: false)
    case .locked, .lockHeld:
      leaveLine(client, mayBeFree: isDue)
      wantedLocks[client] = nil
    case .fault(.outcomeUnknown), .fault(.unreadable):
      // It may have acquired a lock whose token the caller never gets.
      leaveLine(client, mayBeFree: true)
      wantedLocks[client] = nil
      giveBack(wanted.command)
    default:
      leaveLine(client, mayBeFree: true)
      wantedLocks[client] = nil
    }
    return false
  }

  /// Lets a waiter sleep until it asks again or stops waiting.
  private mutating func rest(_ client: Ticket) {
    guard let wanted = wantedLocks[client] else { return }
    let pause = TimeSpan.milliseconds(40 + Int(entropy.bits() % 40))
    server.wait(
      client, until: wanted.isFirst ? min(moment.instant + pause, wanted.end) : wanted.end)
  }

  /// A waiter's timer fired: it asks again, for the last time if its wait is over. False for a
  /// client that does not wait for a lock, or whose command the store has.
  mutating func askAgain(_ client: Ticket) -> Bool {
    guard wantedLocks[client]?.stage == .waiting else { return false }
    ask(client, expectsRefusal: true)
    return true
  }

  /// The line reports that it is the client's turn to ask.
  mutating func takeTurn(_ waiter: LockLines.Waiter, mayBeFree: Bool) {
    let client = waiter.client
    guard server.isWaiting(client), let wanted = wantedLocks[client], wanted.stage != .outOfLine,
      wanted.place == waiter
    else { return }
    wantedLocks[client]!.isFirst = true
    if case .asked(let isDue) = wanted.stage {
      wantedLocks[client]!.stage = .asked(isDue: isDue || mayBeFree)
    } else if mayBeFree {
      ask(client, expectsRefusal: false)
    } else {
      rest(client)
    }
  }

  private mutating func ask(_ client: Ticket, expectsRefusal: Bool) {
    wantedLocks[client]!.stage = .asked(isDue: false)
    wantedLocks[client]!.command.expectsRefusal = expectsRefusal
    wantedLocks[client]!.command.yields = !wantedLocks[client]!.isFirst
    wantedLocks[client]!.command.deadline = min(
      moment.instant + wantedLocks[client]!.patience, wantedLocks[client]!.limit)
    let command = wantedLocks[client]!.command
    let submission = backend.submit(
      command, request: RawSpan(), ticket: client, at: moment, reply: &reply)
    follow(submission, of: client, until: command.deadline)
  }

  /// A client that wants a lock closed its side of the connection: it is treated as gone.
  mutating func leaveIfWaiting(_ client: Ticket) {
    guard server.isWaiting(client), let wanted = wantedLocks[client], wanted.stage != .outOfLine
    else { return }
    server.drop(client)
  }

  /// The client is gone, or its answer has left.
  ///
  /// - Parameter givingBack: whether a lock that it may have acquired is given back.
  mutating func forgetLock(_ client: Ticket, givingBack: Bool) {
    guard let wanted = wantedLocks[client] else { return }
    leaveLine(client, mayBeFree: wanted.stage == .asked(isDue: true))
    wantedLocks[client] = nil
    // One that was granted has an answer that was to leave.
    if givingBack, wanted.stage != .waiting { giveBack(wanted.command) }
  }

  /// Releases the lock if the command acquired it: by the command's own token, so never another
  /// caller's lock, and only if its caller has not found it again.
  private mutating func giveBack(_ command: SessionCommand) {
    var release = command
    release.verb = .unlock
    release.yields = true
    release.heldLock = command.freshLock
    release.deadline = moment.instant + .seconds(10)
    _ = backend.submit(
      release, request: RawSpan(), ticket: .none, at: moment, reply: &reply)
    tellLine(release.namespace, release.id)
  }

  private mutating func leaveLine(_ client: Ticket, mayBeFree: Bool) {
    guard let wanted = wantedLocks[client], wanted.stage != .outOfLine else { return }
    wantedLocks[client]!.stage = .outOfLine
    let name = SessionName(wanted.command.namespace, wanted.command.id)
    lockLines.leave(name, wanted.place, mayBeFree: mayBeFree)
  }

  /// A command ended that may have freed the session's lock.
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

  /// The gateway drains: clients that wait are sent to another gateway.
  mutating func refuseWaiters() {
    for (client, wanted) in wantedLocks where wanted.stage == .waiting {
      refuseWaiter(client)
    }
  }

  private mutating func refuseWaiter(_ client: Ticket) {
    leaveLine(client, mayBeFree: false)
    wantedLocks[client] = nil
    answer(client, .draining)
  }
}
