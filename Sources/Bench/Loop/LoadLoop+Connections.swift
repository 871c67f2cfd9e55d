// The connections of a load: opening, sending, reading, losing and reopening them.

import Primitives
import Reactor

extension LoadLoop {
  /// Begins a connection. If even that fails, it is tried again later.
  mutating func connect(isIdle: Bool) {
    do throws(TransportFault) {
      let socket = try Socket.connect(to: address)
      let fd = socket.fd
      let ticket = connections.insert(
        LoadConnection(transport(over: socket), isIdle: isIdle))
      let isWatched = poller.register(fd, token: ticket.packed, interest: .connection)
      precondition(isWatched, "the kernel has room for the descriptors it gave out")
    } catch {
      refuse(error)
    }
  }

  private func transport(over socket: consuming Socket) -> Transport {
    switch context {
    case .some(let context):
      Transport(client: socket, context: context, host: plan.host, resuming: nil)
    case .none: Transport(plain: socket)
    }
  }

  /// Records that a connection could not be made. At the start that ends the run; later it is tried
  /// again.
  private mutating func refuse(_ reason: TransportFault) {
    if phase == .opening { return fail(.unreachable(reason)) }
    tally.refusedConnections += 1
    retry()
  }

  private mutating func retry() {
    absent += 1
    if retryAt == .never { retryAt = .now() + .milliseconds(100) }
  }

  /// Reopens the lost connections.
  mutating func reconnect() {
    let count = absent
    absent = 0
    retryAt = .never
    for _ in 0..<count { connect(isIdle: false) }
  }

  /// Handles an event of a connection.
  mutating func take(_ event: Event) {
    let ticket = Ticket(packed: event.token)
    guard connections.contains(ticket) else { return }
    if connections[ticket].state == .opening { return open(ticket) }
    if connections[ticket].hasUnsent && event.writable && !connections[ticket].flush() {
      return lose(ticket)
    }
    if event.readable { receive(on: ticket, untilClosed: event.peerClosed) }
  }

  private mutating func open(_ ticket: Ticket) {
    switch connections[ticket].open() {
    case .wantsRead, .wantsWrite: return
    case .failed(let reason):
      connections.discard(ticket)
      refuse(reason)
    case .done:
      opened += 1
      lastAnswer = .now()
      connections[ticket].state = .free
      if !connections[ticket].isIdle { _ = free.append(ticket) }
    }
  }

  /// Sends a request on a free connection.
  mutating func ask(_ request: LoadRequest, on ticket: Ticket) {
    let size = request.operation == .put ? plan.sizes.index(of: random.bits()) : 0
    let range = requests.prepare(request.operation, size: size, number: request.number)
    connections[ticket].request = request
    connections[ticket].scanner = ResponseScanner()
    connections[ticket].isRight = true
    connections[ticket].isReleasing = false
    connections[ticket].state = .asking
    asking += 1
    if !Self.send(requests, range, &connections[ticket]) { lose(ticket) }
  }

  private static func send(
    _ requests: borrowing RequestBytes, _ range: ByteRange, _ connection: inout LoadConnection
  ) -> Bool {
    connection.send(requests.bytes.extracting(range.indices))
  }

  /// Reads the bytes that have arrived; a complete response lets the connection send its next
  /// request.
  private mutating func receive(on ticket: Ticket, untilClosed: Bool) {
    while connections.contains(ticket) {
      scratch.clear()
      switch unsafe connections[ticket].transport.read(into: scratch.writable) {
      case .moved(let count):
        scratch.commit(count)
        scan(ticket)
      case .wouldBlock: break
      case .closed: return lose(ticket)
      case .failed(let reason): return lose(ticket, reason)
      }
      guard connections.contains(ticket) else { return }
      if !untilClosed && !connections[ticket].transport.mayHaveMore { return }
    }
  }

  /// Follows the response through the bytes just read.
  private mutating func scan(_ ticket: Ticket) {
    // Bytes without a request.
    guard connections[ticket].state == .asking else { return spoil(ticket) }
    let before = connections[ticket].scanner.bodyOffset
    switch Self.scan(scratch, &connections[ticket].scanner) {
    case .unreadable: spoil(ticket)
    case .more(let body): check(body..<scratch.count, at: before, on: ticket)
    case .done(let body, let end):
      check(body..<end, at: before, on: ticket)
      if end == scratch.count { finish(ticket) } else { spoil(ticket) }
    }
  }

  private static func scan(
    _ buffer: borrowing ByteBuffer, _ scanner: inout ResponseScanner
  ) -> ScanProgress {
    scanner.scan(Span<UInt8>(_bytes: buffer.bytes))
  }

  /// Counts part of a payload, and compares it with what was written.
  private mutating func check(_ body: Range<Int>, at offset: Int, on ticket: Ticket) {
    // The body of any other response is a problem's, or tells what became of the request.
    if body.isEmpty || connections[ticket].scanner.status != 200 { return }
    let request = connections[ticket].request
    if request.isMeasured { tally.bytesRead += body.count }
    guard plan.verifies, request.operation == .get else { return }
    let length = connections[ticket].scanner.contentLength ?? 0
    let isRight = Self.compare(scratch, body, &requests, at: offset, of: length, request.number)
    if !isRight { connections[ticket].isRight = false }
  }

  private static func compare(
    _ buffer: borrowing ByteBuffer, _ body: Range<Int>, _ requests: inout RequestBytes,
    at offset: Int, of length: Int, _ number: Int
  ) -> Bool {
    requests.isPayload(buffer.bytes.extracting(body), at: offset, of: length, number: number)
  }

  /// Records a complete response and gives the connection its next request.
  private mutating func finish(_ ticket: Ticket) {
    let now = Instant.now()
    let request = connections[ticket].request
    let scanner = connections[ticket].scanner
    lastAnswer = now
    if request.operation == .lock, scanner.status == 200, !connections[ticket].isReleasing {
      return release(scanner.lock, of: request.number, on: ticket)
    }
    asking -= 1
    connections[ticket].state = .free
    if request.isMeasured { record(request, scanner, connections[ticket].isRight, at: now) }
    if phase == .filling && !(200...299).contains(scanner.status) {
      return fail(.notFilled(scanner.status))
    }
    if scanner.closes {
      connections.discard(ticket)
      return retry()
    }
    if free.isEmpty, let next = nextRequest(at: now) {
      ask(next, on: ticket)
    } else {
      _ = free.append(ticket)
    }
  }

  /// Releases a lock that was just acquired. The operation ends with the response to this request.
  private mutating func release(
    _ token: InlineArray<32, UInt8>, of number: Int, on ticket: Ticket
  ) {
    let range = requests.prepareRelease(number: number, token: token)
    connections[ticket].scanner = ResponseScanner()
    connections[ticket].isReleasing = true
    if !Self.send(requests, range, &connections[ticket]) { lose(ticket) }
  }

  private mutating func record(
    _ request: LoadRequest, _ scanner: ResponseScanner, _ isRight: Bool, at now: Instant
  ) {
    tally.answer(request.operation, status: scanner.status, latency: now - request.due)
    guard request.operation == .get, scanner.status == 200 else { return }
    if !isRight || !requests.isSize(scanner.contentLength ?? 0) { tally.wrongPayloads += 1 }
  }

  /// Ends a connection whose responses can no longer be delimited.
  private mutating func spoil(_ ticket: Ticket) {
    if connections[ticket].state == .asking {
      if connections[ticket].request.isMeasured { tally.unreadable += 1 }
      asking -= 1
      connections[ticket].state = .free
    }
    if phase == .filling { fail(.notHTTP(isEncrypted: context != nil)) }
    lose(ticket)
  }

  /// Gives up a broken connection, for this reason if one is known.
  private mutating func lose(_ ticket: Ticket, _ reason: TransportFault? = nil) {
    if connections[ticket].state == .asking {
      if connections[ticket].request.isMeasured { tally.lost += 1 }
      asking -= 1
    }
    let isIdle = connections[ticket].isIdle
    if connections[ticket].state == .free && !isIdle { forget(ticket) }
    connections.discard(ticket)
    // The server's idle timeout may end idle connections.
    if isIdle { return tally.idleEnded += 1 }
    switch phase {
    // Made anew, a connection would be counted twice among those that are open.
    case .opening, .filling: fail(lost(reason))
    case .warming, .measuring, .draining, .finished: retry()
    }
  }

  /// Under TLS the server may have said why: with TLS 1.3 it refuses a client's certificate after
  /// the handshake.
  private func lost(_ reason: TransportFault?) -> LoadFault {
    guard context != nil else { return .lost(isEncrypted: false) }
    return reason.map { .unreachable($0) } ?? .lost(isEncrypted: true)
  }

  /// Removes a connection from those waiting for a request.
  private mutating func forget(_ ticket: Ticket) {
    for _ in 0..<free.count {
      if let other = free.popFirst(), other != ticket { _ = free.append(other) }
    }
  }
}
