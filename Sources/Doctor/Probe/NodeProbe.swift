// One connection to a node, asked one thing after the other by a thread that waits for the answers.
// Each wait has a deadline: a node that hangs costs its patience and no more. It stands on the rooms
// that the gateway itself stands on, so what it meets the gateway will meet.

import Primitives
import Reactor
import Redis

/// Why a node could not be asked on.
struct ProbeFault: Error {
  let reach: Reach

  init(reach: Reach) { self.reach = reach }

  init(_ fault: TransportFault) { reach = .transport(fault) }

  /// Whether nobody is met at an address, so that another one of the same name may do.
  var isNoConnection: Bool {
    switch reach {
    case .transport(.refused), .transport(.timedOut), .transport(.unreachable): true
    default: false
    }
  }
}

/// A connection to a node.
struct NodeProbe: ~Copyable {
  /// How long connecting with TLS may take, and each answer.
  static let patience = TimeSpan.seconds(3)
  private static let readSize = 16 << 10

  private var transport: Transport
  private var poller: Poller
  private var reader = ReplyReader()
  private var reply = Reply()

  /// Connects, and shakes hands where a context says that TLS is spoken.
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
        // There is somebody, who says nothing.
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
        case .pending: if !wait(&poller, until: deadline) { throw .timedOut(0) }
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

  /// Waits for an event; false when the time is over.
  private static func wait(_ poller: inout Poller, until deadline: Instant) -> Bool {
    let now = Instant.now()
    guard now < deadline else { return false }
    _ = poller.wait(until: deadline, now: now)
    return true
  }

  /// "TLSv1.3", or nil when plain.
  var protocolVersion: String? { transport.protocolVersion }
  /// The certificate that the node shows.
  var certificate: Certificate? { transport.peerCertificate }

  /// Says who we are (AUTH, CLIENT SETNAME).
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

  /// Asks one thing.
  mutating func ask(_ words: [String]) throws(ProbeFault) -> Answer {
    try write(words)
    try receive(until: .now() + Self.patience)
    return Answer(reply)
  }

  /// Asks which nodes serve which slots; nil when the answer tells no topology, with the reason.
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

  /// A question of a few hundred bytes fits the socket of a connection on which nothing waits.
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
