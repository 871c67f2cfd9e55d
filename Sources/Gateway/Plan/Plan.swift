// Every bound of the gateway, and what follows from all of them together: memory, descriptors and
// connections to Redis in the worst case. Each number comes from where it is defined and enforced;
// none is repeated here.

import ClusterStore
import HTTP
import Primitives
import Reactor
import Redis
import Server
import Sessions
public import Settings

/// What a gateway with these settings may cost.
public struct Plan {
  private let settings: Settings
  private let bounds: Bounds
  private let http = Limits()
  private let store: ClusterLimits
  private let workers: Int
  private let nodes: Int

  /// A plan for a gateway in front of a Redis of `nodes` nodes, which the memory store ignores.
  public init(_ settings: Settings, nodes: Int) {
    precondition(nodes > 0, "a Redis has at least one node")
    self.settings = settings
    self.nodes = settings.redis == nil ? 0 : nodes
    store = ClusterLimits(largestBody: settings.maxBody)
    workers = settings.workerCount
    bounds = Bounds(settings, workers: workers)
  }

  /// The plan as text, chapter by chapter.
  public var text: String {
    [requests, clients, redis, sum].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var requests: String {
    Table("A request")
      .row("target", Amount.bytes(http.target), "414")
      .row("field section", Amount.bytes(http.section), "431")
      .row("field lines", "\(http.fields)", "431")
      .row("chunk extensions of a body", Amount.bytes(http.extensions), "400")
      .row("body (--max-body)", Amount.bytes(settings.maxBody), "413")
      .row("deadline (--deadline)", Amount.span(settings.deadline), "503, 504")
      .row("session id", Amount.bytes(SessionID.maximum), "400")
      .text
  }

  private var clients: String {
    Table("A worker's clients")
      .row("workers (--workers)", "\(workers)", "")
      .row("connections", "\(bounds.connections)", "further ones wait in the kernel")
      .row("waiting in the kernel", "\(bounds.backlog)", "further ones try again")
      .row("accepted in one tick", "\(bounds.acceptsPerTick)", "")
      .row("requests of one client in one tick", "\(bounds.requestsPerTick)", "")
      .row("TLS handshake", Amount.span(bounds.handshake), "closed")
      .row("head, from its first byte", Amount.span(bounds.head), "408")
      .row("body, from the end of its head", Amount.span(bounds.body), "408")
      .row("without a request", Amount.span(bounds.idle), "closed")
      .row("reading a response", Amount.span(bounds.write), "closed")
      .row("after the last response", Amount.span(bounds.linger), "closed")
      .text
  }

  private var redis: String {
    guard settings.redis != nil else { return "" }
    return Table("A worker's Redis")
      .row("operations under way", "\(store.operations)", "503")
      .row("waiting for one node's replies", "\(store.pipelineOperations)", "503")
      .row("commands for one node", Amount.bytes(store.pipelineBytes), "503")
      .row("large payloads at one node", Amount.bytes(store.largeBytes), "they wait their turn")
      .row("waiting for a node, or their turn", "\(store.parkedOperations)", "503")
      .row("commands that wait for a node", Amount.bytes(store.parkedBytes), "503")
      .row("waiting for their turn only", "\(store.awaitingTurns)", "sent out of turn")
      .row(
        "commands that wait their turn", Amount.bytes(store.awaitingBytes), "sent out of turn"
      )
      .row(
        "longest reply", Amount.bytes(store.replyBytes),
        "500; beyond \(Amount.bytes(store.passedBytes)) closed"
      )
      .row("silence of a node", Amount.span(store.silence), "the connection is closed")
      .row("connecting", Amount.span(store.connecting), "tried again")
      .text
  }

  private var sum: String {
    let limit = Descriptors.raiseLimit()
    var table = Table("All together, at worst")
      .row("clients' buffers", Amount.bytes(bufferBytes), "503 (--client-buffers)")
      .row("clients' places", Amount.bytes(placeBytes), "")
    if settings.tls != nil { table = table.row("clients' TLS", Amount.bytes(tlsBytes), "") }
    table = table.row("buffers of the loops", Amount.bytes(loopBytes), "")
    if settings.redis == nil {
      table = table.row(
        "sessions (--memory-limit)", Amount.bytes(settings.memoryLimit), "503, store-full")
    } else {
      table = table.row("Redis pipelines", Amount.bytes(workers * pipelineBytes), "503")
        .row("connections to Redis", "\(workers * nodes)", "one per worker and node")
    }
    table = table.row("memory", Amount.bytes(memoryBytes), "plus 20 MiB for the program itself")
      .row("descriptors", "\(descriptors)", "the process may have \(limit)")
    let note = """
        An idle connection takes its place and no buffer. Buffers hold requests that come in
        pieces and responses that are not read; pipelines fill only when Redis does not reply.
      """
    let warning =
      limit < descriptors
      ? "\n  The limit on descriptors is lower: connections beyond it wait in the kernel." : ""
    return table.text + "\n" + note + warning
  }

  /// The largest users of memory; everything else is small.
  private var memoryBytes: Int {
    let store = settings.redis == nil ? settings.memoryLimit : workers * pipelineBytes
    return bufferBytes + placeBytes + tlsBytes + loopBytes + store
  }

  /// A buffer that grows may exceed the bound by its own size.
  private var bufferBytes: Int {
    workers * (bounds.clientBuffers + settings.maxBody + bounds.readSize)
  }

  private var placeBytes: Int { workers * bounds.places * placeSize }

  /// A connection, and what is remembered of its client.
  private var placeSize: Int { Server.bytesPerClient + MemoryLayout<Client>.stride }

  /// OpenSSL's own memory for an established connection; its buffers come and go with each record.
  private var tlsBytes: Int { settings.tls == nil ? 0 : workers * bounds.places * (32 << 10) }

  /// The read buffer, the answer being made, spare buffers, and the log.
  private var loopBytes: Int {
    let spare = bounds.spareBuffers * bounds.largestSpare
    return workers * (bounds.readSize + store.replyBytes + spare) + lineBytes
  }

  /// Lines of the log. Of events: those that wait and those being written. Of the access log, for
  /// each worker: those of a tick and those that wait.
  private var lineBytes: Int {
    (settings.log.access ? 2 * workers + 2 : 2) * LogLane.limit
  }

  private var pipelineBytes: Int {
    store.parkedBytes + store.awaitingBytes + nodes * (store.pipelineBytes + store.replyBytes)
  }

  /// For each worker its clients, nodes, listeners, poller and bell; 8 more for the process itself.
  public var descriptors: Int {
    let listeners = settings.adminListen == nil ? 1 : 2
    return workers * (bounds.places + nodes + listeners + 2) + 8
  }
}
