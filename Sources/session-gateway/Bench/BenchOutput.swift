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

  /// Checked before the load: its figures would be lost.
  func validate() throws {
    for (name, path) in [("json", json), ("histogram", histogram)] {
      guard let path, let fault = TextOutput.fault(of: path) else { continue }
      throw ValidationError("--\(name): \(path): \(fault)")
    }
  }

  /// Writes both files, even if one of them cannot be written.
  func write(_ report: LoadReport) throws {
    let wanted = [(report.json + "\n", json), (report.distribution, histogram)]
    let failed = wanted.compactMap { text, path in
      path.flatMap { TextOutput.write(text, to: $0) ? nil : $0 }
    }
    for path in failed { StandardError.write("bench: cannot write \(path)") }
    if !failed.isEmpty { throw ExitCode(1) }
  }
}
