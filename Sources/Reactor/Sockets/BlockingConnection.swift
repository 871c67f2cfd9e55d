// A connection for a thread that has nothing else to do: each call waits until it is done, fails,
// or its deadline passes. For probes and health checks; a worker drives a Transport from its event
// loop instead.
//
//   connect  ->  handshake  ->  send / read, in any order
//
// It waits with poll(2), which needs no descriptor of its own and, unlike an edge-triggered poller,
// reports again what a call has left behind.

import Glibc
public import Primitives

/// A plain or encrypted connection whose calls wait.
///
/// A deadline that passes is thrown as `.timedOut`: by `connect`, nothing accepted the connection;
/// by any later call, the peer is silent.
public struct BlockingConnection: ~Copyable {
  private var transport: Transport

  private init(_ transport: consuming Transport) { self.transport = transport }

  /// Connects to `address`; with a context, `handshake` then establishes TLS to `host`.
  public static func connect(
    to address: Address, host: String, context: borrowing TLSContext?, until deadline: Instant
  ) throws(TransportFault) -> BlockingConnection {
    let connection = BlockingConnection(try transport(to: address, host, context))
    while true {
      switch connection.transport.connectResult() {
      case .connected: return connection
      case .failed(let fault): throw fault
      case .pending: try connection.wait(for: POLLOUT, until: deadline)
      }
    }
  }

  private static func transport(
    to address: Address, _ host: String, _ context: borrowing TLSContext?
  ) throws(TransportFault) -> Transport {
    let socket = try Socket.connect(to: address)
    switch context {
    case .some(let context):
      return Transport(client: socket, context: context, host: host, resuming: nil)
    case .none: return Transport(plain: socket)
    }
  }

  /// Completes the TLS handshake. A plain connection needs none.
  public mutating func handshake(until deadline: Instant) throws(TransportFault) {
    while true {
      switch transport.handshake() {
      case .done: return
      case .wantsRead: try wait(for: POLLIN, until: deadline)
      case .wantsWrite: try wait(for: POLLOUT, until: deadline)
      case .failed(let fault): throw fault
      }
    }
  }

  /// Sends all of `bytes`.
  public mutating func send(_ bytes: RawSpan, until deadline: Instant) throws(TransportFault) {
    var sent = 0
    while sent < bytes.byteCount {
      switch transport.write(bytes.extracting(sent..<bytes.byteCount)) {
      case .moved(let count): sent += count
      case .wouldBlock: try wait(for: POLLOUT, until: deadline)
      case .closed: throw .closed
      case .failed(let fault): throw fault
      }
    }
    try flush(until: deadline)
  }

  /// Sends ciphertext that the socket has not taken yet.
  private mutating func flush(until deadline: Instant) throws(TransportFault) {
    while true {
      switch transport.flush() {
      case .done: return
      case .wouldBlock: try wait(for: POLLOUT, until: deadline)
      case .failed(let fault): throw fault
      }
    }
  }

  /// Receives what there is, at least one byte, and returns how many. The peer's end is thrown as
  /// `.closed`.
  public mutating func read(
    into room: ReadRoom, until deadline: Instant
  ) throws(TransportFault) -> Int {
    while true {
      switch transport.read(into: room) {
      case .moved(let count): return count
      case .wouldBlock where transport.mayHaveMore: continue
      case .wouldBlock: try wait(for: POLLIN, until: deadline)
      case .closed: throw .closed
      case .failed(let fault): throw fault
      }
    }
  }

  /// The TLS version, such as "TLSv1.3"; nil when plain.
  public var protocolVersion: String? { transport.protocolVersion }

  /// The certificate that the peer presented. Nil when plain, or when it presented none.
  public var peerCertificate: Certificate? { transport.peerCertificate }

  /// Waits until the socket is ready, or a signal comes; the caller then tries again.
  private func wait(for event: Int32, until deadline: Instant) throws(TransportFault) {
    guard .now() < deadline else { throw .timedOut }
    block(on: transport.fd, for: event, until: deadline)
  }
}
