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
