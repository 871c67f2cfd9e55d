// The life of the process: settings in, exit status out. The first thread starts the workers, waits
// for signals and ends the workers; it serves no clients.

import API
import ClusterStore
import Logging
import Primitives
import Reactor
import Redis
import Sessions
public import Settings

/// A session gateway.
public enum Gateway {
  /// Serves until SIGTERM or SIGINT, and returns the process's exit status: 0 after a signal, 1 if
  /// it could not start.
  public static func run(_ settings: Settings, version: String) -> Int32 {
    Signals.claim()
    // Read once: a container's quota may change meanwhile.
    var settings = settings
    settings.workers = settings.workerCount
    do throws(SystemFault) {
      let output = try LogOutput(settings)
      try output.start()
      let status = serve(settings, version, output)
      output.end()
      return status
    } catch {
      var writer = LineWriter(to: 2)
      _ = writer.write(Array("the system refused a descriptor or thread: \(error)\n".utf8))
      return 1
    }
  }

  private static func serve(
    _ settings: Settings, _ version: String, _ output: LogOutput
  ) -> Int32 {
    let log = Logger.gateway(settings.log, to: output.events)
    do throws(StartFault) {
      let parts = try GatewayParts(settings, version: version, output: output, log: log)
      return try Crew(parts).serve()
    } catch {
      log.critical("cannot start", metadata: ["reason": "\(error)"])
      return 1
    }
  }
}

extension LogOutput {
  /// The log output that the settings ask for.
  convenience init(_ settings: Settings) throws(SystemFault) {
    try self.init(
      accessLanes: settings.log.access ? settings.workerCount : 0, isJSON: settings.log.isJSON)
  }
}

extension Settings {
  /// The number of workers: one for each processor, unless the settings say otherwise.
  var workerCount: Int { workers ?? Processors.available }
}
