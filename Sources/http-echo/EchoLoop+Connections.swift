// What happens on connections: reading, sending, and the end.

import HTTP
import Primitives
import Reactor

extension EchoLoop {
  /// Reads as long as there is something and requests are taken. Only what is left over of an
  /// incomplete request moves into memory of the connection's own.
  mutating func receive(_ ticket: Ticket) {
    while connections.contains(ticket), connections[ticket].isReading,
      connections[ticket].isReadable
    {
      let isLent = connections[ticket].input.capacity == 0
      var bytes = ByteBuffer()
      if isLent { swap(&bytes, &scratch) } else { swap(&bytes, &connections[ticket].input) }
      let isOpen = read(ticket, into: &bytes)
      if isOpen { process(ticket, &bytes) }
      putBack(&bytes, of: ticket, isLent: isLent)
      // A request that is not complete will never be.
      if !isOpen, connections.contains(ticket), connections[ticket].isReading { drop(ticket) }
    }
  }

  /// One read; false when the client sends no more.
  private mutating func read(_ ticket: Ticket, into bytes: inout ByteBuffer) -> Bool {
    bytes.reserve(min(bounds.readSize, max(4_096, missing(ticket, bytes.count))))
    let room = unsafe bytes.writable
    switch connections[ticket].transport.read(into: room) {
    case .moved(let count):
      bytes.commit(count)
      connections[ticket].isReadable =
        connections[ticket].isEnding || connections[ticket].transport.mayHaveMore
    case .wouldBlock:
      connections[ticket].isReadable = false
    case .closed, .failed:
      connections[ticket].isReadable = false
      return false
    }
    return true
  }

  private func missing(_ ticket: Ticket, _ count: Int) -> Int {
    if case .body(_, let end) = connections[ticket].phase { return end - count }
    return 0
  }

  private mutating func putBack(
    _ bytes: inout ByteBuffer, of ticket: Ticket, isLent: Bool
  ) {
    if isLent {
      if connections.contains(ticket), !bytes.isEmpty {
        connections[ticket].input.append(bytes.bytes)
      }
      bytes.clear()
      swap(&bytes, &scratch)
    } else if connections.contains(ticket), !bytes.isEmpty {
      swap(&bytes, &connections[ticket].input)
    }
  }

  /// Sends the answer that `reply` holds.
  mutating func send(_ ticket: Ticket) {
    timers.set(ticket.index, at: moment.instant + bounds.write)
    connections[ticket].phase = .writing
    var answer = ByteBuffer()
    swap(&answer, &reply)
    let isDone = write(ticket, &answer)
    if !isDone, connections.contains(ticket) {
      swap(&answer, &connections[ticket].output)
    } else {
      swap(&answer, &reply)
      if isDone { answered(ticket) }
    }
  }

  /// The socket takes bytes again; once all are sent, the next request is taken.
  mutating func sendRest(_ ticket: Ticket) {
    var rest = ByteBuffer()
    swap(&rest, &connections[ticket].output)
    let isDone = write(ticket, &rest)
    guard connections.contains(ticket) else { return }
    guard isDone else { return swap(&rest, &connections[ticket].output) }
    answered(ticket)
    resume(ticket)
  }

  /// Writes what the socket takes; whether that was all. The connection may be gone afterwards.
  private mutating func write(_ ticket: Ticket, _ bytes: inout ByteBuffer) -> Bool {
    switch connections[ticket].transport.write(bytes.bytes) {
    case .moved(let count): bytes.consume(count)
    case .wouldBlock: break
    case .closed, .failed:
      drop(ticket)
      return false
    }
    return bytes.isEmpty
  }

  private mutating func answered(_ ticket: Ticket) {
    if connections[ticket].closesAfterAnswer { return linger(ticket) }
    connections[ticket].phase = .idle
    connections[ticket].parser.reset()
    timers.set(ticket.index, at: moment.instant + bounds.idle)
  }

  /// Takes the requests that came while an answer was being sent, then reads on.
  private mutating func resume(_ ticket: Ticket) {
    guard connections.contains(ticket), connections[ticket].isReading else { return }
    var bytes = ByteBuffer()
    swap(&bytes, &connections[ticket].input)
    process(ticket, &bytes)
    putBack(&bytes, of: ticket, isLent: false)
    receive(ticket)
  }

  /// Ends the sending side and drops what still comes for a while: closing at once while the client
  /// sends would reset the connection before the client has read the answer.
  private mutating func linger(_ ticket: Ticket) {
    connections[ticket].transport.close()
    connections[ticket].phase = .lingering
    connections[ticket].input = ByteBuffer()
    timers.set(ticket.index, at: moment.instant + bounds.linger)
    receiveRest(ticket)
  }

  mutating func receiveRest(_ ticket: Ticket) {
    while connections.contains(ticket), connections[ticket].isReadable {
      var bytes = ByteBuffer()
      swap(&bytes, &scratch)
      let isOpen = read(ticket, into: &bytes)
      bytes.clear()
      swap(&bytes, &scratch)
      if !isOpen { drop(ticket) }
    }
  }

  mutating func drop(_ ticket: Ticket) {
    timers.cancel(ticket.index)
    connections.discard(ticket)
  }

  /// A connection's deadline has passed.
  mutating func timeOut(_ ticket: Ticket) {
    switch connections[ticket].phase {
    case .idle, .writing, .lingering: drop(ticket)
    case .head, .body, .chunks: refuse(ticket, status: 408, "The request took too long.")
    }
  }
}
