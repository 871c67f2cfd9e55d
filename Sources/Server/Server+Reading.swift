// How bytes are read. Most requests arrive whole: they are read into the server's scratch memory
// and parsed there. Only the bytes of an incomplete one move into a buffer of the client's own.
//
// The memory that clients hold is counted: requests that have arrived in part, and responses that
// clients do not read. Idle clients and those whose requests arrive whole hold none, except that
// TLS buffers a partial record. Once the bound is reached, no further bytes are kept: a request
// that arrives in pieces is refused and its connection ends, one that came behind a request that is
// being served is forgotten and the connection ends with that response, and a client that does not
// read is dropped.

import Primitives
import Reactor

extension Server {
  /// Makes a client with bytes to read the present one.
  mutating func beginServing(_ client: Ticket, _ bytes: inout ByteBuffer) {
    guard connections.contains(client) else { return }
    connections[client].isQueued = false
    guard connections[client].isReading else { return }
    present = client
    usesScratch = connections[client].input.isEmpty
    if usesScratch {
      swap(&bytes, &scratch)
    } else {
      swap(&bytes, &connections[client].input)
    }
  }

  /// Reads and parses what the present client sent until there is something to report; nil when
  /// there is nothing more in this tick.
  mutating func advance(_ bytes: inout ByteBuffer) -> ServerEvent? {
    bytes.consume(told)
    told = 0
    while connections.contains(present) {
      if let event = parse(&bytes) { return event }
      guard makeRoomForRest(in: &bytes) else { return refuseForRoom(&bytes) }
      guard connections[present].mayRead else { return nil }
      guard bytesRead < bounds.readsPerTick else {
        postpone(present)
        return nil
      }
      // The client sends no more: an incomplete request will never be complete.
      if !read(&bytes) { drop(present) }
    }
    return nil
  }

  /// Puts the present client's buffer back where it belongs; no client is present then.
  mutating func endServing(_ bytes: inout ByteBuffer) {
    let client = present
    present = .none
    let isHere = connections.contains(client)
    if usesScratch {
      swap(&bytes, &scratch)
      scratch.clear()
      if isHere, connections[client].transport.isEncrypted { weighCiphertext(client) }
    } else {
      var own = ByteBuffer()
      swap(&own, &bytes)
      if isHere {
        swap(&own, &connections[client].input)
        weigh(client)
      } else {
        spare.give(own)
      }
    }
    if isClosing, connections.contains(client) { leave(client) }
  }

  /// Reads once; false when the client sends no more.
  private mutating func read(_ bytes: inout ByteBuffer) -> Bool {
    // Reserve no more than is known to be missing: only that much memory was admitted.
    let missing = missing(bytes.count)
    bytes.reserve(min(bounds.readSize, missing > 0 ? missing : 4_096))
    let room = unsafe bytes.writable
    switch connections[present].transport.read(into: room) {
    case .moved(let count):
      bytes.commit(count)
      weighRead(count)
      counters.bytesReceived += count
      noteWhetherMoreMayCome()
    case .wouldBlock:
      weighRead(0)
      noteWhetherMoreMayCome()
    case .closed, .failed:
      connections[present].isReadable = false
      return false
    }
    return true
  }

  /// Counts a read against the tick's bound: under TLS, many bytes may hold little plaintext.
  private mutating func weighRead(_ count: Int) {
    bytesRead += max(count, connections[present].transport.received)
    if bytesRead >= bounds.readsPerTick, greedy == .none { greedy = present }
  }

  /// Notes whether the socket may have more. A short read says that the kernel has no more bytes,
  /// but not whether the end of the stream follows.
  private mutating func noteWhetherMoreMayCome() {
    connections[present].isReadable =
      connections[present].isHalfClosed || connections[present].transport.mayHaveMore
  }

  /// How many bytes of the present request are known to be missing when `count` have arrived.
  private func missing(_ count: Int) -> Int {
    if case .body(_, let end) = connections[present].phase { return end - count }
    return 0
  }

  // MARK: Memory

  /// Moves what is left of the present client's bytes out of the scratch memory; false when there
  /// is no room for them.
  private mutating func makeRoomForRest(in bytes: inout ByteBuffer) -> Bool {
    if bytes.isEmpty {
      if !usesScratch { lendScratch(&bytes) }
    } else if usesScratch {
      guard hasRoom(for: bytes.count + missing(bytes.count)) else { return false }
      keep(&bytes)
    } else {
      weigh(present, reading: bytes.capacity)
      return hasRoom(for: 0)
    }
    return true
  }

  /// Copies the beginning of a request into a buffer of the client's own: a spare one if part of a
  /// body is still missing, else one of just the size needed.
  private mutating func keep(_ bytes: inout ByteBuffer) {
    let missing = missing(bytes.count)
    var own = missing > 0 ? spare.take() : ByteBuffer()
    own.reserve(bytes.count + missing)
    own.append(bytes.bytes)
    swap(&bytes, &scratch)
    scratch.clear()
    swap(&bytes, &own)
    usesScratch = false
    weigh(present, reading: bytes.capacity)
  }

  /// Gives up the present client's own buffer, which is empty, and reads on into the scratch
  /// memory.
  private mutating func lendScratch(_ bytes: inout ByteBuffer) {
    var used = ByteBuffer()
    swap(&used, &bytes)
    spare.give(used)
    swap(&bytes, &scratch)
    usesScratch = true
    weigh(present)
  }

  /// Refuses or drops the present client: there is no room for what it sends. One whose request is
  /// being served is answered, and what it sent behind that is forgotten; the connection ends with
  /// that response, since the next request is gone.
  private mutating func refuseForRoom(_ bytes: inout ByteBuffer) -> ServerEvent? {
    counters.fullBuffers += 1
    switch connections[present].phase {
    case .idle, .head, .body, .chunks: return refuse(.noRoom)
    case .waiting, .writing:
      connections[present].closesAfterAnswer = true
      bytes.clear()
      if !usesScratch { lendScratch(&bytes) }
    case .handshaking, .late, .lingering: drop(present)
    }
    return nil
  }

  /// Whether the clients' buffers may grow by `count` bytes.
  func hasRoom(for count: Int) -> Bool { clientBytes + count <= bounds.clientBuffers }

  /// Counts what TLS buffers for a client that has no buffer of its own, and drops the client if
  /// there is no room for it and it has no request. Part of a record is part of a head, of which
  /// nothing can be read yet: it has as much time as a head, and not an idle client's.
  mutating func weighCiphertext(_ client: Ticket) {
    weigh(client)
    let isHolding = connections[client].bytes > 0
    switch connections[client].phase {
    case .handshaking, .idle, .head:
      if isHolding, !hasRoom(for: 0) {
        counters.fullBuffers += 1
        return drop(client)
      }
    case .body, .chunks, .late, .waiting, .writing, .lingering: return
    }
    if connections[client].phase == .idle {
      if isHolding, connections[client].transport.isMidRecord { awaitHead(client) }
    } else if connections[client].phase == .head, !connections[client].transport.isMidRecord {
      // It was a record without a byte of a request, such as a change of keys.
      connections[client].phase = .idle
      timers.set(client.index, at: now + idleBound)
    }
  }

  /// Counts what a client's buffers take now.
  ///
  /// - Parameter own: the capacity, in bytes, of its own buffer while that is being read into.
  mutating func weigh(_ client: Ticket, reading own: Int = 0) {
    let count =
      connections[client].input.capacity + connections[client].output.capacity
      + connections[client].transport.heldBytes + own
    clientBytes += count - connections[client].bytes
    connections[client].bytes = count
  }
}
