// What a worker's thread does from start to end.

import API
import ClusterStore
import Logging
import Primitives
import Reactor
import Redis
import Server
import Sessions
import Settings

/// A worker's whole life, to be run on a thread of its own.
struct WorkerDuty: Sendable {
  let index: Int
  let parts: GatewayParts
  let report: StartReport
  let ended: Countdown

  /// Starts, reports the outcome, serves, and counts itself out.
  func carryOut() {
    do throws(StartFault) {
      switch parts.store {
      case .memory(let sessions): try serve(MemoryBackend(sessions))
      case .redis(let configuration, let tls): try serve(backend(configuration, tls))
      }
    } catch {
      report.put(.failed(error))
    }
    // A loop that has ended does not hang: the others' beats still count while they drain.
    parts.state.boards[index].end()
    ended.arrive()
  }

  private func serve<Store: Backend & ~Copyable>(
    _ backend: consuming Store
  ) throws(StartFault) {
    let listener = try makeCallersListener()
    let operatorsListener = try makeOperatorsListener()
    let operators = Self.address(of: operatorsListener)
    // The settings may spell the same address in two ways.
    if operators == listener.address {
      throw StartFault(
        "--admin-listen is the address of --listen; choose another port, or leave it out")
    }
    let outcome = StartOutcome.listening(listener.address, operators: operators)
    let context = try makeClientContext()
    var worker = Worker(
      index, of: parts, poller: try makePoller(), listener: consume listener,
      operatorsListener: operatorsListener, identity: context, backend: backend)
    report.put(outcome)
    worker.run()
  }

  /// With the memory store, a second process on the same port would lose sessions: the kernel would
  /// divide the clients between two stores. So a single worker does not share its port; of several,
  /// the first makes sure that no other process has it.
  private func makeCallersListener() throws(StartFault) -> Listener {
    let listen = parts.settings.listen
    guard case .memory = parts.store else { return try makeListener(listen, "--listen") }
    let isAlone = parts.inboxes.count == 1
    if index == 0, !isAlone {
      try naming("--listen", listen) { () throws(ListenFault) in
        try Listener.checkUnused(host: listen.host, port: listen.port)
      }
    }
    return try makeListener(listen, "--listen", shared: !isAlone)
  }

  private func makePoller() throws(StartFault) -> Poller {
    do throws(SystemFault) {
      return try Poller()
    } catch {
      throw StartFault("the system refused a descriptor: \(error)")
    }
  }

  private func makeListener(
    _ listen: HostPort, _ flag: String, shared: Bool = true
  ) throws(StartFault) -> Listener {
    try naming(flag, listen) { () throws(ListenFault) in
      try Listener(
        host: listen.host, port: listen.port, backlog: parts.bounds.backlog, shared: shared)
    }
  }

  /// A fault of `open` names the setting.
  private func naming<Opened: ~Copyable>(
    _ flag: String, _ listen: HostPort, _ open: () throws(ListenFault) -> Opened
  ) throws(StartFault) -> Opened {
    do throws(ListenFault) {
      return try open()
    } catch {
      throw StartFault("\(flag) \(listen): \(error)")
    }
  }

  private func makeOperatorsListener() throws(StartFault) -> Listener? {
    guard let listen = parts.settings.adminListen else { return nil }
    return try makeListener(listen, "--admin-listen")
  }

  private static func address(of listener: borrowing Listener?) -> Address? {
    switch listener {
    case .some(let listener): listener.address
    case .none: nil
    }
  }

  private func makeClientContext() throws(StartFault) -> TLSContext? {
    guard let tls = parts.settings.tls else { return nil }
    do throws(TLSSettingsFault) {
      return try .server(TLSServerSettings(tls, ticketKeys: parts.state.ticketKeys))
    } catch {
      throw StartFault("--tls-cert, --tls-key or --tls-client-ca: \(error)")
    }
  }

  private func backend(
    _ configuration: ClusterConfiguration, _ tls: RedisTLSSettings?
  ) throws(StartFault) -> ClusterBackend {
    let (resolver, inbox) = (parts.resolver, parts.inboxes[index])
    return ClusterBackend(
      ClusterStore(configuration, namespaces: parts.namespaces), context: try makeNodeContext(tls)
    ) { endpoint, link in
      resolver.resolve(endpoint.host, port: endpoint.port) { resolution in
        inbox.put(
          .resolved(ResolvedEndpoint(link: link, endpoint: endpoint, resolution: resolution)))
      }
    }
  }

  private func makeNodeContext(_ tls: RedisTLSSettings?) throws(StartFault) -> TLSContext? {
    guard let tls else { return nil }
    do throws(TLSSettingsFault) {
      return try .client(TLSClientSettings(tls))
    } catch {
      throw StartFault("--redis-ca, --redis-cert or --redis-key: \(error)")
    }
  }
}
