// Sends one request to the gateway on this machine and returns the status of the response. It uses
// the same modules as the gateway. Bounded: one deadline covers everything but the lookup of a host
// name.

internal import Primitives
internal import Reactor

/// Why there was no status.
struct ProbeFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A request to a gateway.
struct Probe {
  let host: String
  let port: UInt16
  let path: String
  let isSecure: Bool
  let certificate: String?
  let key: String?
  let patience: TimeSpan

  /// Asks, and gives the status of the answer.
  func run() throws(ProbeFault) -> Int {
    do throws(TransportFault) {
      return try ask(until: .now() + patience)
    } catch {
      throw ProbeFault("\(error)")
    }
  }

  private func ask(until deadline: Instant) throws(TransportFault) -> Int {
    guard case .addresses(let found) = Resolver.lookUp(host, port: port), let address = found.first
    else { throw .unreachable(0) }
    let socket = try Socket.connect(to: address)
    guard var poller = try? Poller(),
      poller.register(socket.fd, token: 0, interest: [.readable, .writable, .edgeTriggered])
    else { throw .system(0) }
    var isConnected = false
    while !isConnected {
      try Self.wait(&poller, until: deadline)
      switch socket.connectResult() {
      case .connected: isConnected = true
      case .pending: break
      case .failed(let fault): throw fault
      }
    }
    var transport = try transport(socket)
    try Self.shakeHands(&transport, &poller, until: deadline)
    try send(&transport)
    return try Self.status(&transport, &poller, until: deadline)
  }

  private func transport(_ socket: consuming Socket) throws(TransportFault) -> Transport {
    guard isSecure else { return Transport(plain: socket) }
    guard let context = try? TLSContext.probe(certificate: certificate, key: key) else {
      throw .tls(.other(0))
    }
    return Transport(client: socket, context: context, host: host, resuming: nil)
  }

  private static func wait(
    _ poller: inout Poller, until deadline: Instant
  ) throws(TransportFault) {
    let now = Instant.now()
    guard now < deadline else { throw .timedOut }
    _ = poller.wait(until: deadline, now: now)
  }

  private static func shakeHands(
    _ transport: inout Transport, _ poller: inout Poller, until deadline: Instant
  ) throws(TransportFault) {
    while true {
      switch transport.handshake() {
      case .done: return
      case .wantsRead, .wantsWrite: try wait(&poller, until: deadline)
      case .failed(let fault): throw fault
      }
    }
  }

  /// Sends the request at once: a few hundred bytes fit the socket buffer of a new connection.
  private func send(_ transport: inout Transport) throws(TransportFault) {
    var request = ByteBuffer(capacity: 256)
    request.append("GET ")
    request.append(text: path)
    request.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    switch transport.write(request.bytes) {
    case .moved(request.count): return
    case .failed(let fault): throw fault
    case .moved, .wouldBlock, .closed: throw .closed
    }
  }

  /// Reads the status line up to the status code, `HTTP/1.1 200`, and ignores the rest.
  private static func status(
    _ transport: inout Transport, _ poller: inout Poller, until deadline: Instant
  ) throws(TransportFault) -> Int {
    var answer = ByteBuffer(capacity: 4_096)
    while answer.count < 12 {
      let room = unsafe answer.writable
      switch transport.read(into: room) {
      case .moved(let count): answer.commit(count)
      case .wouldBlock where transport.mayHaveMore: continue
      case .wouldBlock: try wait(&poller, until: deadline)
      case .closed: throw .closed
      case .failed(let fault): throw fault
      }
    }
    let line = unsafe answer.bytes.withUnsafeBytes { unsafe Array($0.prefix(12)) }
    let text = String(decoding: line, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 "), let status = Int(text.suffix(3)) else { throw .closed }
    return status
  }
}
