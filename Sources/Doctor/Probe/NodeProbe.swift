// One connection to a node. A thread asks it one question at a time and waits for each answer. Each
// wait has a deadline, so a node that hangs costs at most `patience`. It uses the same modules as
// the gateway, so it meets the same problems that the gateway would.

import Primitives
import Reactor
import Redis

/// Why a node could not be asked any further.
struct ProbeFault: Error {
  let reach: Reach

  init(reach: Reach) { self.reach = reach }

  init(_ fault: TransportFault) { reach = .transport(fault) }

  /// Whether no connection could be made, so that another address of the same name may work.
  var isNoConnection: Bool {
    switch reach {
    case .transport(.refused), .transport(.timedOut), .transport(.unreachable): true
    default: false
    }
  }
}

/// A connection to a node.
struct NodeProbe: ~Copyable {
  /// How long connecting (TLS handshake included), the greeting, and each answer may take.
  static let patience = TimeSpan.seconds(3)
  private static let readSize = 16 << 10

  private var transport: Transport
  private var poller: Poller
  private var reader = ReplyReader()
  private var reply = Reply()

  /// Connects, with a TLS handshake if there is a context.
  static func connect(
    to address: Address, host: String, context: borrowing TLSContext?
  ) throws(ProbeFault) -> NodeProbe {
    let deadline = Instant.now() + patience
    guard var poller = try? Poller() else { throw ProbeFault(.system(0)) }
    let socket = try reach(address, &poller, until: deadline)
    var transport = transport(socket, host, context)
    while true {
      switch transport.handshake() {
      case .done: return NodeProbe(transport: transport, poller: poller)
      case .failed(let fault): throw ProbeFault(fault)
      case .wantsRead, .wantsWrite:
        // The peer accepted the connection, but does not answer.
        if !wait(&poller, until: deadline) { throw ProbeFault(reach: .silent) }
      }
    }
  }

  /// A connected socket, watched by the poller.
  private static func reach(
    _ address: Address, _ poller: inout Poller, until deadline: Instant
  ) throws(ProbeFault) -> Socket {
    do throws(TransportFault) {
      let socket = try Socket.connect(to: address)
      guard poller.register(socket.fd, token: 0, interest: .connection) else { throw .system(0) }
      while true {
        switch socket.connectResult() {
        case .connected: return socket
        case .failed(let fault): throw fault
        case .pending: if !wait(&poller, until: deadline) { throw .timedOut }
        }
      }
    } catch {
      throw ProbeFault(error)
    }
  }

  private init(transport: consuming Transport, poller: consuming Poller) {
    self.transport = transport
    self.poller = poller
  }

  private static func transport(
    _ socket: consuming Socket, _ host: String, _ context: borrowing TLSContext?
  ) -> Transport {
    switch context {
    case .some(let context):
      return Transport(client: socket, context: context, host: host, resuming: nil)
    case .none: return Transport(plain: socket)
    }
  }

  /// Waits for an event; false if the deadline has passed already.
  private static func wait(_ poller: inout Poller, until deadline: Instant) -> Bool {
    let now = Instant.now()
    guard now < deadline else { return false }
    _ = poller.wait(until: deadline, now: now)
    return true
  }

  /// The TLS version, such as "TLSv1.3"; nil when plain.
  var protocolVersion: String? { transport.protocolVersion }
  /// The certificate that the node presents; nil when plain.
  var certificate: Certificate? { transport.peerCertificate }

  /// Authenticates and names the connection (AUTH, CLIENT SETNAME).
  mutating func greet(_ credentials: NodeCredentials?) throws(ProbeFault) {
    var greeting = NodeGreeting(authenticates: credentials != nil)
    var output = ByteBuffer(capacity: 256)
    greeting.write(credentials, to: &output)
    let deadline = Instant.now() + Self.patience
    try send(output)
    for _ in 0..<greeting.replies {
      try receive(until: deadline)
      switch greeting.judge(reply) {
      case .continue, .ready: break
      case .refused(let error): throw ProbeFault(reach: .refused(error))
      case .unexpected: throw ProbeFault(reach: .notRedis)
      }
    }
  }

  /// Sends one command and waits for its answer.
  mutating func ask(_ words: [String]) throws(ProbeFault) -> Answer {
    try write(words)
    try receive(until: .now() + Self.patience)
    return Answer(reply)
  }

  /// Asks which nodes serve which slots (CLUSTER SLOTS). The failure says why the answer is not a
  /// topology.
  mutating func topology(_ asked: Endpoint) throws(ProbeFault) -> Result<Topology, TopologyFault> {
    try write(["CLUSTER", "SLOTS"])
    try receive(until: .now() + Self.patience)
    do throws(TopologyFault) {
      return .success(try Topology(reply: reply, asked: asked))
    } catch {
      return .failure(error)
    }
  }

  private mutating func write(_ words: [String]) throws(ProbeFault) {
    var output = ByteBuffer(capacity: 256)
    CommandWriter.begin(words.count, in: &output)
    for word in words { CommandWriter.argument(text: word, in: &output) }
    try send(output)
  }

  /// Sends a command at once: a few hundred bytes fit the buffer of a socket with nothing pending.
  private mutating func send(_ output: borrowing ByteBuffer) throws(ProbeFault) {
    switch transport.write(output.bytes) {
    case .moved(output.count): return
    case .failed(let fault): throw ProbeFault(fault)
    case .moved, .wouldBlock, .closed: throw ProbeFault(.closed)
    }
  }

  /// Waits for the next reply.
  private mutating func receive(until deadline: Instant) throws(ProbeFault) {
    while true {
      switch reader.next(into: &reply) {
      case .reply: return
      case .broken: throw ProbeFault(reach: .notRedis)
      case .needMore: try read(until: deadline)
      }
    }
  }

  private mutating func read(until deadline: Instant) throws(ProbeFault) {
    while true {
      let room = reader.prepare(Self.readSize)
      switch transport.read(into: room) {
      case .moved(let count): return reader.commit(count)
      case .closed: throw ProbeFault(.closed)
      case .failed(let fault): throw ProbeFault(fault)
      case .wouldBlock:
        reader.commit(0)
        if transport.mayHaveMore { continue }
        if !Self.wait(&poller, until: deadline) { throw ProbeFault(reach: .silent) }
      }
    }
  }
}
