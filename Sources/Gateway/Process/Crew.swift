// The workers, what they share, and how they start and end.

import API
import ClusterStore
import Logging
import Primitives
import Reactor
import Redis
import Sessions
import Settings
import Synchronization

/// All workers of a gateway.
final class Crew {
  private let parts: GatewayParts
  private let log: Logger
  private let state: GatewayState
  private var threads: Ring<NamedThread>
  private let ended: Countdown
  private let manager = ServiceManager()
  private var termination = Termination()

  /// Starts the workers, each with a listener of its own on the same port.
  init(_ parts: GatewayParts) throws(StartFault) {
    self.parts = parts
    log = parts.log
    state = parts.state
    let count = parts.inboxes.count
    ended = Countdown(count)
    threads = Ring(limit: count)
    _ = Descriptors.raiseLimit()
    try startAll()
  }

  /// Starts the workers in turn. The first one chooses the ports that the settings leave open (0);
  /// the others share them.
  private func startAll() throws(StartFault) {
    var parts = parts
    let report = try makeReport()
    for index in parts.inboxes.indices {
      let duty = WorkerDuty(index: index, parts: parts, report: report, ended: ended)
      do throws(SystemFault) {
        let thread = try NamedThread.start(name: "worker-\(index)") { duty.carryOut() }
        threads.append(thread)
      } catch {
        throw StartFault("the system refused a thread: \(error)")
      }
      switch report.wait() {
      case .listening(let callers, let operators):
        parts.settings.listen.port = callers.port
        if let operators { parts.settings.adminListen?.port = operators.port }
      case .failed(let fault):
        stopAll()
        throw fault
      }
    }
    tellStart(parts.settings)
  }

  private func tellStart(_ settings: Settings) {
    var metadata: Logger.Metadata = [
      "address": "\(settings.listen)", "workers": "\(parts.inboxes.count)",
      "store": "\(parts.store.name)", "version": "\(state.version)",
    ]
    if let admin = settings.adminListen { metadata["admin"] = "\(admin)" }
    log.info("listening", metadata: metadata)
    for certificate in OwnCertificate.all(of: settings) { state.show(certificate, log) }
  }

  private func makeReport() throws(StartFault) -> StartReport {
    do throws(SystemFault) {
      return try StartReport()
    } catch {
      throw StartFault("the system refused a descriptor: \(error)")
    }
  }

  /// Waits for signals until the workers have ended.
  func serve() -> Int32 {
    tellReady()
    var watchdog = Watchdog(manager, parts.inboxes, state, at: .now())
    var statusLog = StatusLog()
    var spareMemory = SpareMemory()
    while !ended.isZero {
      switch Signals.wait(for: watchdog.wait(at: .now())) {
      case .terminate: end(after: parts.settings.drainGrace)
      // Ctrl-C: there is no balancer to wait for.
      case .interrupt: end(after: .seconds(0))
      case .hangUp: reload()
      // The last worker raises it as it ends.
      case .user1, nil: break
      }
      watchdog.look(at: .now())
      statusLog.look(at: state, log, at: .now())
      let held = state.sum(.clientBytes) + parts.store.heldBytes
      if spareMemory.isWorthReturning(
        resident: ProcessFigures.residentBytes, held: held, at: .now())
      {
        ProcessMemory.returnSpare()
      }
    }
    stopAll()
    log.info("stopped")
    return 0
  }

  private func tellReady() { manager?.ready("serving with the \(parts.store.name) store") }

  /// A manager that knows that the gateway is stopping is told no more: a reload may follow, as when
  /// certificates are renewed, but not `ready`.
  private func reload() {
    let isStopping = state.isDraining
    if !isStopping { manager?.reloading() }
    Reload(parts).carryOut()
    if !isStopping { tellReady() }
  }

  private func end(after grace: TimeSpan) {
    switch termination.request(at: .now()) {
    case .ignore: break
    case .drain: drain(after: grace)
    case .stop:
      log.warning("stopping at once: second signal")
      stopAll()
    }
  }

  private func drain(after grace: TimeSpan) {
    state.drain()
    for inbox in parts.inboxes { inbox.put(.drain(grace)) }
    manager?.stopping()
    log.info(
      "draining",
      metadata: [
        "grace": "\(grace.seconds) s", "timeout": "\(parts.settings.drainTimeout.seconds) s",
      ])
  }

  private func stopAll() {
    for inbox in parts.inboxes { inbox.put(.stop) }
    while let thread = threads.popFirst() { thread.join() }
    parts.resolver.stop()
  }
}
