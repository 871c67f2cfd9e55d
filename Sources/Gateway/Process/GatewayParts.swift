// What all workers are made of and share, put together once at the start.

import API
import Logging
import Primitives
import Reactor
import Server
import Sessions
import Settings

/// The parts of a gateway that its workers share.
struct GatewayParts: Sendable {
  /// The settings; once the first worker listens, with the ports that it got.
  var settings: Settings
  let namespaces: NamespaceList
  /// The callers that are admitted at first; a reload brings others.
  let callers: CallerTable
  let store: StoreChoice
  let state: GatewayState
  /// The workers' inboxes, by their numbers.
  let inboxes: [Inbox]
  /// The clients of all workers that wait for a lock.
  let lockLines: LockLines
  let resolver: Resolver
  let log: Logger

  /// What requests may ask for.
  var requests: RequestPolicy {
    RequestPolicy(
      largestBody: settings.maxBody, deadline: settings.deadline, namespaces: namespaces)
  }

  /// How long what is in flight may take once the gateway drains.
  var drainTimeout: TimeSpan { settings.drainTimeout }

  /// The bounds of each worker's clients.
  var bounds: Bounds { Bounds(settings, workers: inboxes.count) }

  /// Reads the files that the settings name.
  init(
    _ settings: Settings, version: String, output: LogOutput, log: Logger
  ) throws(StartFault) {
    self.settings = settings
    self.log = log
    let entries = try TokensLoad.entries(of: settings, log)
    namespaces = NamespacesLoad.namespaces(of: settings, entries, log)
    callers = TokensLoad.table(entries, namespaces)
    store = StoreChoice(settings, namespaces)
    do throws(SystemFault) {
      resolver = try Resolver()
      var inboxes: [Inbox] = []
      for _ in 0..<settings.workerCount { inboxes.append(try Inbox()) }
      self.inboxes = inboxes
    } catch {
      throw StartFault("the system refused a descriptor or thread: \(error)")
    }
    lockLines = LockLines(inboxes)
    state = GatewayState(
      version: version, boards: inboxes.map { _ in WorkerBoard() }, contract: Contract.text,
      output: output)
  }
}
