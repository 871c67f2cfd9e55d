// How bytes come. Most requests come whole: they are read into the server's scratch memory and parsed
// there. Only what is left over of an incomplete one moves into memory of the client's own.
//
// What clients hold of the memory is counted: requests that have come in part, answers that they do
// not read. Idle clients and those whose requests come whole hold nothing. Once the bound is reached
// no further bytes are kept: a request that is to come in pieces is refused and its connection ends,
// and so does that of a client that does not read. TLS keeps a buffer for a piece of a record.

import Primitives
import Reactor

extension Server {
  /// Makes a client that has something to be read the present one.
  mutating func takeUp(_ client: Ticket, _ bytes: inout ByteBuffer) {
    guard connections.contains(client) else { return }
    connections[client].isQueued = false
    guard connections[client].isReading else { return }
    present = client
    isLent = connections[client].input.isEmpty
    if isLent {
      swap(&bytes, &scratch)
    } else {
      swap(&bytes, &connections[client].input)
    }
  }

  /// Goes on with the present client until there is something to tell; nil when nothing more can be
  /// made of what it sent.
  mutating func advance(_ bytes: inout ByteBuffer) -> ServerEvent? {
    bytes.consume(told)
    told = 0
    while connections.contains(present) {
      if let event = parse(&bytes) { return event }
      guard hasRoomForRest(&bytes) else { return refuseForRoom() }
      guard connections[present].mayRead else { return nil }
      guard bytesRead < bounds.readsPerTick else {
        postpone(present)
        return nil
      }
      // The client sends no more: a request that is not complete will never be.
      if !read(&bytes) { drop(present) }
    }
    return nil
  }

  /// Puts back what the present client's bytes are in.
  mutating func layDown(_ bytes: inout ByteBuffer) {
    let client = present
    present = .none
    let isHere = connections.contains(client)
    if isLent {
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

  /// One read; false when the client sends no more.
  private mutating func read(_ bytes: inout ByteBuffer) -> Bool {
    // Room for no more than is known to be missing: memory for it was admitted.
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

  /// Counts a read in the turn's bound: under TLS much may have come, and little plain in it.
  private mutating func weighRead(_ count: Int) {
    bytesRead += max(count, connections[present].transport.received)
    if bytesRead >= bounds.readsPerTick, greedy == .none { greedy = present }
  }

  /// A short read says that the kernel has no more, but not whether the end follows.
  private mutating func noteWhetherMoreMayCome() {
    connections[present].isReadable =
      connections[present].isHalfClosed || connections[present].transport.mayHaveMore
  }

  /// How many bytes of the present request are known to be still missing.
  private func missing(_ count: Int) -> Int {
    if case .body(_, let end) = connections[present].phase { return end - count }
    return 0
  }

  // MARK: Memory

  /// Moves what is left over of the present client's bytes out of the scratch memory; false when there
  /// is no room for it.
  private mutating func hasRoomForRest(_ bytes: inout ByteBuffer) -> Bool {
    if bytes.isEmpty {
      if !isLent { lendScratch(&bytes) }
    } else if isLent {
      guard hasRoom(for: bytes.count + missing(bytes.count)) else { return false }
      keep(&bytes)
    } else {
      weigh(present, reading: bytes.capacity)
      return hasRoom(for: 0)
    }
    return true
  }

  /// Copies the beginning of a request into memory of the client's own: a spare buffer where a body
  /// is to come, as after a head that was sent apart, else just as much as is needed.
  private mutating func keep(_ bytes: inout ByteBuffer) {
    let missing = missing(bytes.count)
    var own = missing > 0 ? spare.take() : ByteBuffer()
    own.reserve(bytes.count + missing)
    own.append(bytes.bytes)
    swap(&bytes, &scratch)
    scratch.clear()
    swap(&bytes, &own)
    isLent = false
    weigh(present, reading: bytes.capacity)
  }

  /// Nothing is left in the present client's own memory: it goes on with the scratch memory.
  private mutating func lendScratch(_ bytes: inout ByteBuffer) {
    var used = ByteBuffer()
    swap(&used, &bytes)
    spare.give(used)
    swap(&bytes, &scratch)
    isLent = true
    weigh(present)
  }

  /// There is no room for what the present client sends.
  private mutating func refuseForRoom() -> ServerEvent? {
    counters.fullBuffers += 1
    switch connections[present].phase {
    case .head, .body, .chunks: return refuse(.noRoom)
    case .handshaking, .idle, .late, .waiting, .writing, .lingering: drop(present)
    }
    return nil
  }

  /// Whether the buffers of clients may take so many bytes more.
  func hasRoom(for count: Int) -> Bool { clientBytes + count <= bounds.clientBuffers }

  /// Notes what TLS keeps of a client that has no memory of its own. One that has asked for nothing goes where
  /// there is no room for that.
  mutating func weighCiphertext(_ client: Ticket) {
    weigh(client)
    guard connections[client].bytes > 0, !hasRoom(for: 0) else { return }
    switch connections[client].phase {
    case .handshaking, .idle:
      counters.fullBuffers += 1
      drop(client)
    case .head, .body, .chunks, .late, .waiting, .writing, .lingering: break
    }
  }

  /// Notes what a client's buffers take now.
  ///
  /// - Parameter own: what the memory of its own takes that it is read into.
  mutating func weigh(_ client: Ticket, reading own: Int = 0) {
    let count =
      connections[client].input.capacity + connections[client].output.capacity
      + connections[client].transport.heldBytes + own
    clientBytes += count - connections[client].bytes
    connections[client].bytes = count
  }
}
