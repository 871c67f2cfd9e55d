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

  /// No connection could be made.
  init(connecting fault: TransportFault) { reach = .transport(fault) }

  /// The connection failed. A node that took it and then does not answer in time is silent.
  init(connected fault: TransportFault) {
    reach = fault == .timedOut ? .silent : .transport(fault)
  }

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

  private var connection: BlockingConnection
  private var reader = ReplyReader()
  private var reply = Reply()

  /// Connects, with a TLS handshake if there is a context.
  static func connect(
    to address: Address, host: String, context: borrowing TLSContext?
  ) throws(ProbeFault) -> NodeProbe {
    let deadline = Instant.now() + patience
    var probe = NodeProbe(try reach(address, host, context, until: deadline))
    do throws(TransportFault) {
      try probe.connection.handshake(until: deadline)
    } catch {
      throw ProbeFault(connected: error)
    }
    return probe
  }

  private static func reach(
    _ address: Address, _ host: String, _ context: borrowing TLSContext?, until deadline: Instant
  ) throws(ProbeFault) -> BlockingConnection {
    do throws(TransportFault) {
      return try .connect(to: address, host: host, context: context, until: deadline)
    } catch {
      throw ProbeFault(connecting: error)
    }
  }

  private init(_ connection: consuming BlockingConnection) { self.connection = connection }

  /// The TLS version, such as "TLSv1.3"; nil when plain.
  var protocolVersion: String? { connection.protocolVersion }
  /// The certificate that the node presents; nil when plain.
  var certificate: Certificate? { connection.peerCertificate }

  /// Authenticates and names the connection (AUTH, CLIENT SETNAME).
  mutating func greet(_ credentials: NodeCredentials?) throws(ProbeFault) {
    var greeting = NodeGreeting(authenticates: credentials != nil)
    var output = ByteBuffer(capacity: 256)
    greeting.write(credentials, to: &output)
    let deadline = Instant.now() + Self.patience
    try send(output, until: deadline)
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
    try exchange(words)
    return Answer(reply)
  }

  /// Asks which nodes serve which slots (CLUSTER SLOTS). The failure says why the answer is not a
  /// topology.
  mutating func topology(_ asked: Endpoint) throws(ProbeFault) -> Result<Topology, TopologyFault> {
    try exchange(["CLUSTER", "SLOTS"])
    do throws(TopologyFault) {
      return .success(try Topology(reply: reply, asked: asked))
    } catch {
      return .failure(error)
    }
  }

  /// Sends one command and waits for its reply.
  private mutating func exchange(_ words: [String]) throws(ProbeFault) {
    let deadline = Instant.now() + Self.patience
    var output = ByteBuffer(capacity: 256)
    CommandWriter.begin(words.count, in: &output)
    for word in words { CommandWriter.argument(text: word, in: &output) }
    try send(output, until: deadline)
    try receive(until: deadline)
  }

  private mutating func send(
    _ output: borrowing ByteBuffer, until deadline: Instant
  ) throws(ProbeFault) {
    do throws(TransportFault) {
      try connection.send(output.bytes, until: deadline)
    } catch {
      throw ProbeFault(connected: error)
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
    let room = reader.prepare(Self.readSize)
    do throws(TransportFault) {
      reader.commit(try connection.read(into: room, until: deadline))
    } catch {
      throw ProbeFault(connected: error)
    }
  }
}
