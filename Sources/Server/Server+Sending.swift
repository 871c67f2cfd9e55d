// How responses leave: in one write, as far as the socket takes it.

public import Primitives
import Reactor

extension Server {
  /// Sends a response to a client that waits for it. What the socket does not take is kept, and
  /// `answer` is then exchanged for an empty buffer.
  ///
  /// - Parameter closes: whether the connection ends with the response.
  /// - Returns: whether it has left. If not, `sent` or `gone` follows.
  @discardableResult
  public mutating func send(_ answer: inout ByteBuffer, to client: Ticket, closes: Bool) -> Bool {
    if closes { connections[client].closesAfterAnswer = true }
    connections[client].phase = .writing
    if write(client, &answer) {
      answered(client)
      return true
    }
    guard connections.contains(client) else { return false }
    timers.set(client.index, at: now + bounds.write)
    swap(&answer, &connections[client].output)
    answer = spare.take()
    weigh(client)
    if !hasRoom(for: 0) {
      counters.fullBuffers += 1
      drop(client)
    }
    return false
  }

  /// Sends more of a response: the socket takes bytes again.
  mutating func sendRest(_ client: Ticket) {
    var rest = ByteBuffer()
    swap(&rest, &connections[client].output)
    let isDone = write(client, &rest)
    guard connections.contains(client) else { return }
    if isDone {
      spare.give(rest)
    } else {
      swap(&rest, &connections[client].output)
    }
    weigh(client)
    guard isDone else { return }
    notice(.sent(client))
    answered(client)
  }

  /// Writes what the socket takes; returns whether that was all. The client may be gone afterwards.
  private mutating func write(_ client: Ticket, _ bytes: inout ByteBuffer) -> Bool {
    if case .failed = connections[client].transport.flush() {
      drop(client)
      return false
    }
    while !bytes.isEmpty, !connections[client].transport.hasPendingOutput {
      switch connections[client].transport.write(bytes.bytes) {
      case .moved(let count):
        bytes.consume(count)
        counters.bytesSent += count
        if !bytes.isEmpty, !connections[client].transport.isEncrypted { return false }
      case .wouldBlock: return false
      case .closed, .failed:
        drop(client)
        return false
      }
    }
    return bytes.isEmpty && !connections[client].transport.hasPendingOutput
  }

  /// The response has left: the connection is ready for the next request, or ends.
  private mutating func answered(_ client: Ticket) {
    if connections[client].closesAfterAnswer {
      linger(client)
    } else {
      connections[client].startOver()
      timers.set(client.index, at: now + bounds.idle)
    }
    // No event will announce bytes that came meanwhile, of which TLS may hold some; and once the
    // doors are closed, an idle client must leave.
    guard client != present else { return }
    if isClosing || connections[client].isReadable || connections[client].bytes > 0 {
      enqueue(client)
    }
  }

  /// Closes the sending side and for a while discards what still comes. Closing the socket at once
  /// while the client sends would reset the connection before the client has read the response.
  private mutating func linger(_ client: Ticket) {
    connections[client].transport.close()
    connections[client].phase = .lingering
    connections[client].input = ByteBuffer()
    weigh(client)
    timers.set(client.index, at: now + bounds.linger)
  }
}
