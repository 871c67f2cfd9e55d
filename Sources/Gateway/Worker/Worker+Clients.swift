// What happens on clients' connections: reading requests, sending answers, and the end.

import API
import HTTP
import Primitives
import Reactor
import Sessions

extension Worker where Store: ~Copyable {
  /// A client's socket is ready for something.
  mutating func take(_ event: Event, from client: Ticket) {
    guard clients.contains(client) else { return }
    if event.failed { return drop(client) }
    if event.readable { clients[client].isReadable = true }
    if event.peerClosed { clients[client].isHalfClosed = true }
    switch clients[client].phase {
    case .handshaking: shakeHands(client)
    case .writing where event.writable: sendRest(client)
    case .lingering: receiveRest(client)
    case .idle, .head, .body, .chunks: receive(client)
    case .waiting where event.peerClosed && !wantedLocks.isEmpty: leaveIfWaiting(client)
    case .waiting, .writing: break
    }
  }

  private mutating func shakeHands(_ client: Ticket) {
    switch clients[client].transport.handshake() {
    case .wantsRead, .wantsWrite: break
    case .failed:
      board.add(1, to: .handshakeFaults)
      drop(client)
    case .done:
      let isResumed = clients[client].transport.isResumed
      board.add(1, to: isResumed ? .handshakesResumed : .handshakes)
      clients[client].phase = .idle
      clients[client].isReadable = true
      timers.set(client.index, at: moment.instant + idlePatience)
      receive(client)
    }
  }

  // MARK: Reading

  /// Reads as long as there is something and requests are taken.
  ///
  /// Most requests come whole: they are read into the worker's scratch memory and parsed there. Only
  /// what is left over of an incomplete one moves into memory of the client's own.
  mutating func receive(_ client: Ticket) {
    while clients.contains(client), clients[client].isReading, clients[client].isReadable,
      !clients[client].isPostponed
    {
      let isLent = clients[client].input.capacity == 0
      var bytes = ByteBuffer()
      if isLent { swap(&bytes, &scratch) } else { swap(&bytes, &clients[client].input) }
      let isOpen = read(client, into: &bytes)
      if isOpen { process(client, &bytes) }
      putBack(&bytes, of: client, isLent: isLent)
      if !isOpen { return hangUp(client) }
    }
  }

  /// One read; false when the client sends no more.
  private mutating func read(_ client: Ticket, into bytes: inout ByteBuffer) -> Bool {
    bytes.reserve(min(bounds.readSize, max(4_096, missing(client, bytes.count))))
    let room = unsafe bytes.writable
    switch clients[client].transport.read(into: room) {
    case .moved(let count):
      bytes.commit(count)
      board.add(count, to: .bytesReceived)
      // A short read says that the kernel has no more, but not whether the end follows.
      clients[client].isReadable =
        clients[client].isHalfClosed || clients[client].transport.mayHaveMore
    case .wouldBlock:
      clients[client].isReadable = false
    case .closed, .failed:
      clients[client].isReadable = false
      return false
    }
    return true
  }

  /// How many bytes of the present request are known to be still missing.
  private func missing(_ client: Ticket, _ count: Int) -> Int {
    if case .body(_, let end) = clients[client].phase { return end - count }
    return 0
  }

  /// Gives the client what is left of its bytes, and the worker its scratch memory.
  private mutating func putBack(
    _ bytes: inout ByteBuffer, of client: Ticket, isLent: Bool
  ) {
    if isLent {
      if clients.contains(client), !bytes.isEmpty { keep(bytes, of: client) }
      bytes.clear()
      swap(&bytes, &scratch)
    } else if clients.contains(client), !bytes.isEmpty {
      swap(&bytes, &clients[client].input)
      weigh(client)
      if !hasRoom(for: 0), clients[client].isReading { refuseForRoom(client, RawSpan()) }
    } else {
      if clients.contains(client) { weigh(client) }
      var used = ByteBuffer()
      swap(&used, &bytes)
      spare.give(used)
    }
  }

  /// Copies the beginning of a request into memory of the client's own: a spare buffer where a body
  /// is to come, as after a head that was sent apart, else just as much as is needed.
  private mutating func keep(_ bytes: borrowing ByteBuffer, of client: Ticket) {
    let missing = missing(client, bytes.count)
    guard hasRoom(for: bytes.count + missing) else { return refuseForRoom(client, bytes.bytes) }
    if missing > 0 { clients[client].input = spare.take() }
    clients[client].input.reserve(bytes.count + missing)
    clients[client].input.append(bytes.bytes)
    weigh(client)
  }

  /// Processes the bytes of a pipelining client's next request, then reads on.
  mutating func resume(_ client: Ticket) {
    guard clients.contains(client), clients[client].isReading else { return }
    if !clients[client].input.isEmpty {
      var bytes = ByteBuffer()
      swap(&bytes, &clients[client].input)
      process(client, &bytes)
      putBack(&bytes, of: client, isLent: false)
    }
    receive(client)
  }

  /// The client sends no more. A request that is not complete will never be.
  private mutating func hangUp(_ client: Ticket) {
    guard clients.contains(client) else { return }
    if clients[client].isReading { drop(client) }
  }

  // MARK: Writing

  /// Sends the answer that `reply` holds.
  mutating func send(_ client: Ticket) {
    clients[client].phase = .writing
    var answer = ByteBuffer()
    swap(&answer, &reply)
    let isDone = write(client, &answer)
    if isDone || !clients.contains(client) {
      swap(&answer, &reply)
      if isDone { answered(client) }
    } else {
      timers.set(client.index, at: moment.instant + bounds.write)
      swap(&answer, &clients[client].output)
      reply = spare.take()
      weigh(client)
      if !hasRoom(for: 0) { refuseForRoom(client, RawSpan()) }
    }
  }

  /// The socket takes bytes again.
  private mutating func sendRest(_ client: Ticket) {
    var rest = ByteBuffer()
    swap(&rest, &clients[client].output)
    let isDone = write(client, &rest)
    if clients.contains(client), !isDone {
      swap(&rest, &clients[client].output)
      weigh(client)
    } else {
      spare.give(rest)
      if clients.contains(client) { weigh(client) }
      guard isDone else { return }
      answered(client)
      // What came meanwhile will not be announced again.
      resume(client)
    }
  }

  /// Writes what the socket takes; whether that was all. The client may be gone afterwards.
  private mutating func write(_ client: Ticket, _ bytes: inout ByteBuffer) -> Bool {
    if case .failed = clients[client].transport.flush() {
      drop(client)
      return false
    }
    while !bytes.isEmpty, !clients[client].transport.hasPendingOutput {
      switch clients[client].transport.write(bytes.bytes) {
      case .moved(let count):
        bytes.consume(count)
        board.add(count, to: .bytesSent)
        if !bytes.isEmpty, !clients[client].transport.isEncrypted { return false }
      case .wouldBlock: return false
      case .closed, .failed:
        drop(client)
        return false
      }
    }
    return bytes.isEmpty && !clients[client].transport.hasPendingOutput
  }

  /// The answer has left: the connection is ready for the next request, or ends.
  private mutating func answered(_ client: Ticket) {
    if !wantedLocks.isEmpty { forgetLock(client, isGone: false) }
    if clients[client].closesAfterAnswer { return linger(client) }
    clients[client].phase = .idle
    clients[client].hasAsked = true
    clients[client].parser.reset()
    clients[client].wasContinued = false
    timers.set(client.index, at: moment.instant + bounds.idle)
  }

  // MARK: The end

  /// Ends the sending side and drops what still comes for a while: closing at once while the client
  /// sends would reset the connection before the client has read the answer.
  private mutating func linger(_ client: Ticket) {
    clients[client].transport.close()
    clients[client].phase = .lingering
    clients[client].input = ByteBuffer()
    weigh(client)
    timers.set(client.index, at: moment.instant + bounds.linger)
    receiveRest(client)
  }

  private mutating func receiveRest(_ client: Ticket) {
    while clients.contains(client), clients[client].isReadable {
      var bytes = ByteBuffer()
      swap(&bytes, &scratch)
      if !read(client, into: &bytes) { drop(client) }
      bytes.clear()
      swap(&bytes, &scratch)
    }
  }

  /// Forgets a client and whatever it waited for.
  mutating func drop(_ client: Ticket) {
    endExchange(client)
    if clients[client].phase == .waiting, isAsking(client) { abandon(client) }
    if !wantedLocks.isEmpty { forgetLock(client, isGone: true) }
    timers.cancel(client.index)
    if clients[client].bytes > 0 { weigh(client, 0) }
    var gone = clients.remove(client)
    gone.transport.close()
    board.set(.connections, clients.count)
  }

  /// A client's deadline has passed.
  mutating func timeOut(_ client: Ticket) {
    if !wantedLocks.isEmpty, ringsForLock(client) { return }
    board.count(bound(of: clients[client].phase))
    switch clients[client].phase {
    case .handshaking, .idle, .writing, .lingering: drop(client)
    case .head:
      let exchange = Exchange(refused: clients[client].input.bytes, at: moment.instant)
      clients[client].exchange = exchange
      answer(client, .requestTimeout)
    case .body, .chunks: answer(client, .requestTimeout)
    case .waiting: answerLate(client)
    }
  }

  /// Which deadline a client has in a phase.
  private func bound(of phase: Client.Phase) -> WorkerBoard.Bound {
    switch phase {
    case .handshaking: .handshakeTimeout
    case .idle: .idleTimeout
    case .head: .headTimeout
    case .body, .chunks: .bodyTimeout
    case .waiting: .deadline
    case .writing: .writeTimeout
    case .lingering: .lingerTimeout
    }
  }
}
