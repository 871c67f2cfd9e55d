// `session-gateway bench`: puts load on a running gateway and measures it. Arguments become a plan,
// the plan a run, the run a report. The exit status is 0 when every request succeeded, 1 when some
// failed or the gateway could not be reached, 64 for a mistake in the arguments, and 130 when
// Ctrl-C ended it.

import ArgumentParser
import Bench
import Glibc
import Primitives
import Reactor
import Settings

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Loads a running gateway and measures it.",
    discussion: """
      A closed loop sends the next request as soon as a connection is free, and so
      finds out how many requests the gateway can serve. With --rate, requests are
      due at fixed times, whatever became of those before them, and a latency counts
      from when its request was due: callers see this when a gateway falls behind.

      It writes sessions of its own (--prefix) and leaves them to their idle timeout.
      Ctrl-C ends it early and prints the figures so far.

      EXAMPLES
        Throughput, with one read and one write of 20 KiB per page view:
          session-gateway bench 127.0.0.1:8080

        Latencies at 10,000 requests a second, most of them reads:
          session-gateway bench --rate 10000 --mix get=80,put=15,touch=5 \\
            --size 1KiB:70,20KiB:30

        Over TLS, with a token, every payload compared, for a program to read:
          session-gateway bench gateway.internal:8443 --tls --ca ca.pem \\
            --token-file token --verify --json report.json
      """)

  @Argument(help: "The gateway, HOST:PORT.")
  var gateway = "127.0.0.1:8080"

  @OptionGroup(title: "LOAD") var load: BenchLoad
  @OptionGroup(title: "SERVER") var server: BenchServer
  @OptionGroup(title: "REPORT") var output: BenchOutput

  func run() throws {
    let plan = try makePlan()
    let loop: LoadLoop
    do throws(LoadFault) {
      loop = try LoadLoop(plan, tls: server.trust)
    } catch {
      throw Self.failure(error)
    }
    var run = BenchRun(server: server.process(at: plan))
    Signals.claim()
    let report = try run.run(loop)
    print(report.table)
    try output.write(report)
    if let signal = run.ending { throw BenchRun.exit(by: signal) }
    if let fault = run.fault { throw Self.failure(fault) }
    if report.tally.failed > 0 { throw ExitCode(1) }
  }

  private func makePlan() throws -> LoadPlan {
    guard let place = HostPort(gateway), place.port > 0 else {
      throw ValidationError("'\(gateway)' is not HOST:PORT, as in 127.0.0.1:8080")
    }
    var plan = LoadPlan()
    (plan.host, plan.port) = (place.host, place.port)
    try load.fill(&plan)
    plan.targets = server.targets
    plan.token = try server.token()
    return plan
  }

  static func failure(_ fault: LoadFault) -> ExitCode {
    StandardError.write("bench: \(fault.description)")
    return ExitCode(1)
  }
}
