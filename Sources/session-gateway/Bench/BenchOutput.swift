import ArgumentParser
import Bench
import Glibc
import Primitives
import Reactor
import Settings

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
