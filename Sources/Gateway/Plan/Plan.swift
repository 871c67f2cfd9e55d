// Every bound of the gateway, and what follows from them together: memory, descriptors and
// connections to Redis at the worst. The numbers are those that the rooms enforce, taken from where
// they are defined; nothing is written twice.

import ClusterStore
import HTTP
import Primitives
import Reactor
import Redis
import Sessions
public import Settings

/// What a gateway with these settings may cost.
public struct Plan {
  private let settings: Settings
  private let bounds: Bounds
  private let http = Limits()
  private let store = ClusterLimits()
  private let workers: Int
  private let nodes: Int

  /// A plan for a gateway before a Redis of `nodes` nodes; they do not matter to the embedded store.
  public init(_ settings: Settings, nodes: Int) {
    precondition(nodes > 0, "a Redis has at least one node")
    self.settings = settings
    self.nodes = settings.redis == nil ? 0 : nodes
    bounds = Bounds(largestBody: settings.maxBody)
    workers = settings.workers ?? Processors.available
  }

  /// The plan as text, a chapter after the other.
  public var text: String {
    [requests, clients, redis, sum].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var requests: String {
    Table("A request")
      .row("target", Quantities.bytes(http.target), "414")
      .row("field section", Quantities.bytes(http.section), "431")
      .row("field lines", "\(http.fields)", "431")
      .row("chunk extensions of a body", Quantities.bytes(http.extensions), "400")
      .row("body (--max-body)", Quantities.bytes(settings.maxBody), "413")
      .row("deadline (--deadline)", Quantities.span(settings.deadline), "503, 504")
      .row("session id", Quantities.bytes(SessionID.maximum), "400")
      .text
  }

  private var clients: String {
    Table("A worker's clients")
      .row("workers (--workers)", "\(workers)", "")
      .row("connections", "\(bounds.connections)", "further ones wait in the kernel")
      .row("waiting in the kernel", "\(bounds.backlog)", "further ones are refused")
      .row("accepted in one tick", "\(bounds.acceptsPerTick)", "")
      .row("TLS handshake", Quantities.span(bounds.handshake), "closed")
      .row("head, from its first byte", Quantities.span(bounds.head), "408")
      .row("body, from the end of its head", Quantities.span(bounds.body), "408")
      .row("without a request", Quantities.span(bounds.idle), "closed")
      .row("reading an answer", Quantities.span(bounds.write), "closed")
      .row("after the last answer", Quantities.span(bounds.linger), "closed")
      .text
  }

  private var redis: String {
    guard settings.redis != nil else { return "" }
    return Table("A worker's Redis")
      .row("operations under way", "\(store.operations)", "503")
      .row("waiting for one node's answers", "\(store.pipelineOperations)", "503")
      .row("commands for one node", Quantities.bytes(store.pipelineBytes), "503")
      .row("waiting for a node", "\(store.parkedOperations)", "503")
      .row("commands waiting for a node", Quantities.bytes(store.parkedBytes), "503")
      .row("longest reply", Quantities.bytes(replyBytes), "the connection is closed")
      .row("silence of a node", Quantities.span(store.silence), "the connection is closed")
      .row("connecting", Quantities.span(store.connecting), "tried again")
      .text
  }

  private var sum: String {
    let limit = Descriptors.raiseLimit()
    var table = Table("All together, at the worst")
      .row("clients' buffers", Quantities.bytes(workers * clientBytes), "see below")
    if settings.redis == nil {
      table = table.row(
        "sessions (--memory-limit)", Quantities.bytes(settings.memoryLimit), "503, store-full")
    } else {
      table = table.row("Redis pipelines", Quantities.bytes(workers * pipelineBytes), "")
        .row("connections to Redis", "\(workers * nodes)", "one a worker and node")
    }
    table = table.row("descriptors", "\(descriptors)", "the process may have \(limit)")
    let note = """
        Clients' buffers are full only when every connection has sent a body of the largest size
        that is still to be answered; an idle connection has no buffer.
      """
    let warning =
      limit < descriptors
      ? "\n  The limit of descriptors is lower: connections beyond it wait in the kernel." : ""
    return table.text + "\n" + note + warning
  }

  /// A client's largest request and what was read behind it; under TLS OpenSSL's buffers too.
  private var clientBytes: Int {
    let head = http.target + http.section
    let tls = settings.tls == nil ? 0 : 64 << 10
    return bounds.connections * (head + settings.maxBody + bounds.readSize + tls)
  }

  private var pipelineBytes: Int {
    store.parkedBytes + nodes * (store.pipelineBytes + replyBytes)
  }

  private var replyBytes: Int { settings.maxBody + (1 << 20) }

  /// For each worker its clients, nodes, listener, poller and bell; the process's own besides.
  public var descriptors: Int { workers * (bounds.connections + nodes + 3) + 8 }
}
