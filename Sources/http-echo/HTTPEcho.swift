// `http-echo`: the Server module without the gateway. It answers GET with 200 and POST with the
// request's body, whatever the path. Conformance suites run against it; it also shows that Server
// does not depend on the gateway, and is not part of it.

import ArgumentParser
import Primitives
import Reactor
import Server

@main
struct HTTPEcho: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http-echo",
    abstract:
      "Answers GET with 200 and POST with the request's body, using the gateway's HTTP server.")

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"
  @Option(help: "The port to listen on; 0 lets the system choose one.")
  var port: UInt16 = 8081
  @Option(help: "The number of event loops.")
  var workers = 1
  @Option(help: "The longest body, in bytes.")
  var maxBody = 1 << 20
  @Option(help: "How long a head may take, from its first byte, in milliseconds.")
  var headTimeout = 10_000
  @Option(help: "How long a body may take, from the end of its head, in milliseconds.")
  var bodyTimeout = 30_000
  @Option(help: "How long a connection may stay open without a request, in milliseconds.")
  var idleTimeout = 75_000
  @Option(help: "How long a client may take to read a response, in milliseconds.")
  var writeTimeout = 30_000

  private var bounds: Bounds {
    var bounds = Bounds()
    bounds.largestBody = maxBody
    bounds.head = .milliseconds(headTimeout)
    bounds.body = .milliseconds(bodyTimeout)
    bounds.idle = .milliseconds(idleTimeout)
    bounds.write = .milliseconds(writeTimeout)
    return bounds
  }

  func validate() throws {
    let spans = [headTimeout, bodyTimeout, idleTimeout, writeTimeout]
    guard spans.allSatisfy({ (1...3_600_000).contains($0) }), (1...256).contains(workers),
      (0...1 << 30).contains(maxBody)
    else { throw ValidationError("a timeout is 1 ms to 1 h, workers 1 to 256, a body up to 1 GiB") }
  }

  func run() throws {
    Signals.claim()
    _ = Descriptors.raiseLimit()
    var port = port
    for index in 0..<workers {
      // For port 0 the first listener chooses the port; the others share it.
      let listener = try Listener(host: host, port: port, backlog: bounds.backlog)
      port = listener.address.port
      try Self.start(index, consume listener, bounds)
    }
    while true {
      switch Signals.wait() {
      case .terminate, .interrupt: return
      case .hangUp, .user1, nil: continue
      }
    }
  }

  private static func start(
    _ index: Int, _ listener: consuming sending Listener, _ bounds: Bounds
  ) throws {
    let start = LoopStart(EchoLoop(bounds, poller: try Poller(), listener: listener))
    try NamedThread.start(name: "echo-\(index)") { start.run() }.abandon()
  }
}
