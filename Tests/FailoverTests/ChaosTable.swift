// The table of what callers saw, a row for each fault. Each row is printed; `make chaos` names a file
// that rows are added to, and puts them into docs/operations.md.

import Foundation
import Glibc

/// What a test measured beside what callers saw.
struct Measured: Sendable {
  /// The shards that the fault was in; none when it was in all.
  var shards: Set<Int> = []
  /// When each of them was to be served again, as Redis has it.
  var restored: ContinuousClock.Instant?
  /// The shard that was restored then.
  var restoredShard = 0
  /// A remark, such as how many keys were moved.
  var remark = ""

  /// How long after that it was served.
  func delay(in tally: Tally) -> Duration? {
    restored.map { max(.zero, tally.shards[restoredShard].pauseEnd - $0) }
  }
}

enum ChaosTable {
  /// Prints a row and adds it to the file, if there is one.
  static func add(_ fault: String, _ tally: Tally, _ measured: Measured = Measured()) {
    let hurt = measured.shards.isEmpty ? Set(tally.shards.indices) : measured.shards
    let worst = hurt.map { tally.shards[$0].pause }.max() ?? .zero
    let others = tally.shards.indices.filter { !hurt.contains($0) }
    let calm = others.map { tally.shards[$0].pause }.max()
    var remarks: [String] = []
    if let delay = measured.delay(in: tally) {
      remarks.append("served \(delay.milliseconds) ms after the election")
    }
    if tally.lost > 0 { remarks.append("\(tally.lost) acknowledged writes lost with the node") }
    if !measured.remark.isEmpty { remarks.append(measured.remark) }
    let failed = tally.failed == 0 ? "0" : "\(tally.failed): \(tally.failureText)"
    let cells = [
      fault, "\(tally.requests)", failed, seconds(tally.slowest), seconds(worst),
      calm.map(seconds) ?? "", remarks.joined(separator: "; "),
    ]
    print("chaos: \(fault): \(tally) \(remarks.joined(separator: "; "))")
    append("| " + cells.joined(separator: " | ") + " |\n")
  }

  /// Adds a row for callers that only want to be answered in time.
  static func add(_ fault: String, _ seen: Crowd.Seen, _ remark: String) {
    let failures = seen.failures.sorted { $0.key < $1.key }.map { "\($0.value) × PUT \($0.key)" }
    let cells = [
      fault, "\(seen.answered + seen.failed)",
      "\(seen.failed): \(failures.joined(separator: ", "))",
      seconds(seen.slowest), "", "", remark,
    ]
    append("| " + cells.joined(separator: " | ") + " |\n")
  }

  private static func seconds(_ duration: Duration) -> String {
    let tens = (duration.milliseconds + 5) / 10
    return "\(tens / 100).\(tens % 100 < 10 ? "0" : "")\(tens % 100) s"
  }

  private static func append(_ row: String) {
    guard let path = ProcessInfo.processInfo.environment["SESSION_GATEWAY_CHAOS_TABLE"] else {
      return
    }
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    var bytes = Array(row.utf8)
    _ = unsafe Glibc.write(file, &bytes, bytes.count)
    close(file)
  }
}
