// The life of the process: settings in, exit status out. The first thread starts the workers, waits
// for signals and ends the workers; it serves nobody.

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
  /// Serves until SIGTERM or SIGINT, and returns the process's exit status: 0 when it was told to
  /// end, 1 when it could not start.
  public static func run(_ settings: Settings, version: String) -> Int32 {
    Signals.claim()
    let log = Logger.gateway(settings.log)
    do throws(StartFault) {
      let crew = try Crew(settings, version: version, log: log)
      return crew.serve()
    } catch {
      log.critical("cannot start", metadata: ["reason": "\(error)"])
      return 1
    }
  }
}

/// Why the gateway could not start: a sentence that names the setting where one is to blame.
struct StartFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
