// Runs a load to its end, or until a signal ends it. Shows progress on a terminal, and measures the
// CPU time of the server's process while the load is measured.

import ArgumentParser
import Bench
import Glibc
import Primitives
import Reactor

struct BenchRun {
  /// The id of the server's process, if known.
  let server: Int?
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private static let step = TimeSpan.milliseconds(250)
  /// The signal that ended the run, if one did.
  private(set) var ending: Signal?
  /// What ended the measurement early, if anything did.
  private(set) var fault: LoadFault?

  init(server: Int?) { self.server = server }

  /// Runs `loop` to its end and returns the report. The signals must be claimed already. Throws the
  /// exit status if the load could not be measured.
  mutating func run(_ loop: consuming LoadLoop) throws -> LoadReport {
    var loop = loop
    while !loop.isFinished && loop.phase != .measuring { try go(&loop) }
    if let fault = loop.fault {
      clearLine()
      let failure = BenchCommand.failure(fault)
      throw ending.map(Self.exit(by:)) ?? failure
    }
    let began = times()
    while loop.phase == .measuring { try go(&loop) }
    let ended = times()
    while !loop.isFinished { try go(&loop) }
    clearLine()
    fault = loop.fault
    return LoadReport(
      loop, serverTime: Self.span(from: began.server, to: ended.server),
      ownTime: Self.span(from: began.own, to: ended.own))
  }

  private func clearLine() {
    if isTerminal { StandardError.write("\r\u{1B}[K", lineEnd: false) }
  }

  /// Continues the load for a step. The first signal ends the load; a second one ends the program
  /// without waiting for the last responses.
  private mutating func go(_ loop: inout LoadLoop) throws {
    loop.run(until: .now() + Self.step)
    show(loop)
    guard let signal = Signals.wait(for: TimeSpan(nanoseconds: 0)), signal != .user1 else { return }
    if ending != nil { throw Self.exit(by: signal) }
    ending = signal
    loop.stop()
  }

  /// The exit status that shells report for a program ended by a signal.
  static func exit(by signal: Signal) -> ExitCode {
    switch signal {
    case .hangUp: ExitCode(128 + SIGHUP)
    case .interrupt: ExitCode(128 + SIGINT)
    case .terminate: ExitCode(128 + SIGTERM)
    case .user1: ExitCode(128 + SIGUSR1)
    }
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
      case .draining, .finished: "waiting for the last responses"
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
