// The flags of `bench`, grouped as in `--help`, and how they fill a plan. A mistake is one sentence
// that includes the remedy.

import ArgumentParser
import Bench
import Glibc
import Primitives
import Reactor
import Settings

/// The load: which requests, and how many.
struct BenchLoad: ParsableArguments {
  @Option(help: "The number of connections, each with one request at a time.")
  var connections = 64

  @Option(help: "The number of further connections that are opened and left idle.")
  var idle = 0

  @Option(help: "Requests due per second. (default: as fast as responses come)")
  var rate: Int?

  @Option(help: "The operations get, put, touch and lock (acquire and release) with their weights.")
  var mix = "get=50,put=50,touch=0"

  @Option(help: "Payload sizes, with weights if there are several: 1KiB:70,20KiB:30.")
  var size = "20KiB"

  @Option(help: "The number of sessions.")
  var keys = 2_000

  @Option(help: "The prefix of the sessions' ids.")
  var prefix = "bench-"

  @Option(help: "How long to measure: 500ms, 10s, 5m.")
  var duration = "10s"

  @Option(help: "How long to run the load before measuring.")
  var warmUp = "1s"

  @Option(help: "The most requests to send, including those of the warm-up.")
  var requests = 10_000_000

  @Option(help: "The seed for the order of sessions, operations and sizes.")
  var seed: UInt64 = 1

  @Flag(inversion: .prefixedNo, help: "Write every session once before the load.")
  var fill = true

  @Flag(help: "Compare every payload byte by byte.")
  var verify = false

  func validate() throws {
    try check("connections", connections, 1...100_000)
    try check("idle", idle, 0...100_000)
    if let rate { try check("rate", rate, 1...1_000_000) }
    try check("keys", keys, 1...99_999_999)
    try check("requests", requests, 1...1_000_000_000_000)
    let isPlain = prefix.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D
        || byte == 0x5F
    }
    guard isPlain, prefix.utf8.count <= 200 else {
      throw ValidationError("--prefix must be up to 200 of A-Z a-z 0-9 - _")
    }
  }

  func fill(_ plan: inout LoadPlan) throws {
    plan.connections = connections
    plan.idleConnections = idle
    plan.rate = rate
    plan.keys = keys
    plan.prefix = prefix
    plan.requests = requests
    plan.seed = seed
    plan.fills = fill
    plan.verifies = verify
    plan.duration = try time("duration", duration, atLeast: 1)
    plan.warmUp = try time("warm-up", warmUp, atLeast: 0)
    do throws(LoadMistake) {
      plan.mix = try LoadNotation.mix(mix)
    } catch {
      throw ValidationError("--mix: \(error.description)")
    }
    do throws(LoadMistake) {
      plan.sizes = try LoadNotation.sizes(size)
    } catch {
      throw ValidationError("--size: \(error.description)")
    }
  }

  private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private func time(_ name: String, _ text: String, atLeast least: Int) throws -> TimeSpan {
    let day = 86_400_000_000_000
    guard let nanoseconds = Quantity.duration.count(in: text), (least...day).contains(nanoseconds)
    else { throw ValidationError("--\(name): '\(text)' is not a time of up to 1d, such as 10s") }
    return TimeSpan(nanoseconds: Int64(nanoseconds))
  }
}

/// The server under load.
struct BenchServer: ParsableArguments {
  @Flag(help: "Speak TLS to it.")
  var tls = false

  @Option(help: "The authorities its certificate is checked against, PEM. (default: the system's)")
  var ca: String?

  @Option(help: "The name its certificate carries. (default: the host)")
  var serverName: String?

  @Option(help: "The file that holds the bearer token and nothing else.")
  var tokenFile: String?

  @Option(help: "Its process id, for its CPU time. (default: the process that listens there)")
  var pid: Int?

  @Option(help: .init("The target of a get; {id} is the session's id.", visibility: .hidden))
  var getTarget: String?

  @Option(help: .init("The target of a put; {id} is the session's id.", visibility: .hidden))
  var putTarget: String?

  func validate() throws {
    if (ca != nil || serverName != nil) && !tls {
      throw ValidationError("--ca and --server-name need --tls")
    }
    if serverName == "" { throw ValidationError("--server-name is empty; leave it out") }
    for target in [getTarget, putTarget].compactMap(\.self) where !target.hasPrefix("/") {
      throw ValidationError("'\(target)' is not a target; begin it with /")
    }
  }

  /// How to verify the server; nil for plain HTTP.
  var trust: TLSClientSettings? {
    tls ? TLSClientSettings(authorities: ca, serverName: serverName) : nil
  }

  /// The targets that replace the gateway's own.
  var targets: [LoadOperation: String] {
    var targets: [LoadOperation: String] = [:]
    targets[.get] = getTarget
    targets[.put] = putTarget
    return targets
  }

  /// The token on the first line of the token file; nil when no file is named.
  func token() throws -> Secret? {
    guard let tokenFile else { return nil }
    let content = try? ReadableFile(path: tokenFile).content()
    let line = content?.split(separator: UInt8(ascii: "\n")).first
    let text = line.map { String(decoding: $0, as: UTF8.self) }
    guard let text, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ValidationError("--token-file: the first line of \(tokenFile) is not a token")
    }
    return Secret(text)
  }

  /// The id of the server's process, if it runs on this machine and can be found.
  func process(at plan: LoadPlan) -> Int? {
    if let pid { return pid }
    return ["127.0.0.1", "::1", "localhost"].contains(plan.host)
      ? ProcessTime.listener(at: plan.port) : nil
  }
}

/// Files that the report is written to, besides the terminal.
struct BenchOutput: ParsableArguments {
  @Option(help: "Write the figures as JSON to this file.")
  var json: String?

  @Option(help: "Write the latencies' distribution, in HdrHistogram's format, to this file.")
  var histogram: String?

  func write(_ report: LoadReport) throws {
    try write(report.json + "\n", to: json)
    try write(report.distribution, to: histogram)
  }

  private func write(_ text: String, to path: String?) throws {
    guard let path else { return }
    if !TextOutput.write(text, to: path) {
      StandardError.write("bench: cannot write \(path)")
      throw ExitCode(1)
    }
  }
}
