/// Runs a load to its end, shows on a terminal how far it is, and times the server's process while the
/// load is measured.

internal import ArgumentParser
internal import Bench
internal import Glibc
internal import Primitives

struct BenchRun {
  /// The server's process, if it is known.
  let server: Int?
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private static let step = TimeSpan.milliseconds(250)

  init(server: Int?) { self.server = server }

  /// Runs `loop` to its end and tells what it came to.
  func run(_ loop: consuming LoadLoop) throws -> LoadReport {
    var loop = loop
    while !loop.isFinished && loop.phase != .measuring {
      loop.run(until: .now() + Self.step)
      show(loop)
    }
    let began = times()
    while loop.phase == .measuring {
      loop.run(until: .now() + Self.step)
      show(loop)
    }
    let ended = times()
    while !loop.isFinished { loop.run(until: .now() + Self.step) }
    if isTerminal { StandardError.write("\r\u{1B}[K", lineEnd: false) }
    if let fault = loop.fault { throw BenchCommand.failure(fault) }
    return LoadReport(
      loop, serverTime: Self.span(from: began.server, to: ended.server),
      ownTime: Self.span(from: began.own, to: ended.own))
  }

  private struct Times {
    var server: TimeSpan?
    var own: TimeSpan
  }

  private static func span(from began: TimeSpan, to ended: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: ended.nanoseconds - began.nanoseconds)
  }

  private static func span(from began: TimeSpan?, to ended: TimeSpan?) -> TimeSpan? {
    guard let began, let ended else { return nil }
    return span(from: began, to: ended)
  }

  private func times() -> Times {
    Times(server: server.flatMap { ProcessTime.used(by: $0) }, own: ProcessTime.ownUse())
  }

  private func show(_ loop: borrowing LoadLoop) {
    guard isTerminal else { return }
    let line =
      switch loop.phase {
      case .opening: "connecting"
      case .filling: "writing the sessions: \(loop.filled)"
      case .warming: "warming up"
      case .measuring: Self.measuring(loop)
      case .draining, .finished: "waiting for the last answers"
      }
    StandardError.write("\r\(line)\u{1B}[K", lineEnd: false)
  }

  private static func measuring(_ loop: borrowing LoadLoop) -> String {
    let elapsed = (Instant.now() - loop.measured.from).seconds
    let whole = (loop.measured.to - loop.measured.from).seconds
    let answered = loop.tally.answered
    let rate = elapsed > 0 ? Int(Double(answered) / elapsed) : 0
    return "\(Int(elapsed)) of \(Int(whole)) s: \(answered) answered, \(rate) a second,"
      + " \(loop.tally.failed) failed"
  }
}
