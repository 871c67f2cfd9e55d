// Many callers on few sessions through two gateways, at random, while slots move and primaries are
// failed over; what they were told must have come about one act after the other. Also on the embedded
// store, through one gateway.
//
//   HISTORY_SEED=7       what the callers do follows from it; printed by each run
//   HISTORY_SECONDS=60   how long each run lasts; with it a primary is also killed

import Foundation
import TestLab
import Testing

@Suite("Histories", .serialized)
struct HistoryTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seed =
    environment["HISTORY_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
  private static let length = environment["HISTORY_SECONDS"].flatMap { Int($0) }
  private static let seconds = length ?? 3
  private static let troubles = Trouble.allCases.filter { $0 != .kill || length != nil }

  private static let cluster = Result { try RedisCluster() }

  /// A history's outcome for a person to read.
  private func summary(_ events: [Event], _ book: HistoryBook) -> String {
    var counts: [String: Int] = [:]
    for event in events {
      let name = "\(event.answer)".prefix { $0 != "(" }
      counts[String(name), default: 0] += 1
    }
    let sorted = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return "\(events.count) acts: \(sorted.joined(separator: ", ")); "
      + "\(book.refusals) not carried out"
  }

  /// Lets callers call for as long as agreed while `trouble` happens, and gives what they saw. On a
  /// busy machine that may take longer: until they saw what is worth judging, and trouble happened.
  private func history(
    _ ports: [Int], ids: [String], _ trouble: () throws -> Bool = { true }
  ) throws -> HistoryBook {
    let book = HistoryBook()
    let run = HistoryRun()
    for number in 0..<10 {
      run.start(HistoryCaller(number, book, ports: ports, ids: ids, seed: Self.seed))
    }
    let end = book.now + Self.seconds * 1_000_000
    try eventually("there is something to judge", within: .seconds(Self.seconds + 120)) {
      try trouble() && book.now >= end && book.isWorthJudging
    }
    try run.end()
    return book
  }

  private func judge(_ events: [Event], _ book: HistoryBook, _ model: SessionModel) {
    #expect(book.faults.isEmpty)
    let verdict = HistoryChecker.verdict(events, model)
    #expect(verdict == .linearizable)
    // It was worth judging.
    func count(_ isIt: (Answer) -> Bool) -> Int { events.count { isIt($0.answer) } }
    #expect(events.count > 200)
    #expect(count { if case .locked = $0 { true } else { false } } > 5)
    #expect(count { if case .refused = $0 { true } else { false } } > 5)
    #expect(count { if case .found = $0 { true } else { false } } > 50)
  }

  private static func ids(_ count: Int) -> [String] {
    let run = UInt64.random(in: 0 ... .max)
    return (0..<count).map { "h\($0)-\(run)" }
  }

  @Test("On the embedded store, with timeouts that end")
  func embedded() throws {
    let gateway = try GatewayProcess(
      ["--workers", "2", "--idle-timeout", "1s", "--absolute-timeout", "3s"])
    let book = try history([gateway.port], ids: Self.ids(3))
    let events = book.events()
    print("history on the embedded store, seed \(Self.seed): \(summary(events, book))")
    judge(events, book, SessionModel(idleTimeout: 1_000_000, absoluteTimeout: 3_000_000))
    try gateway.terminate()
  }

  @Test("On a TLS cluster through two gateways", arguments: troubles)
  func cluster(_ trouble: Trouble) throws {
    let cluster = try trouble == .kill ? RedisCluster() : Self.cluster.get()
    var (flags, model) = (try cluster.gatewayFlags() + ["--workers", "2"], SessionModel())
    switch trouble {
    case .none:
      flags += ["--idle-timeout", "1s", "--absolute-timeout", "3s"]
      model.idleTimeout = 1_000_000
      model.absoluteTimeout = 3_000_000
    case .migration:
      flags += ["--idle-timeout", "1s"]
      model.idleTimeout = 1_000_000
    case .failover, .kill: model.hasLosses = true
    }
    let gateways = [
      try GatewayProcess(flags, until: .ready), try GatewayProcess(flags, until: .ready),
    ]
    let ids = Self.ids(3)
    let maker = TroubleMaker(trouble, cluster, ids)
    let book = try history(gateways.map(\.port), ids: ids) {
      try maker.act()
      return maker.count > 0 || trouble == .none
    }
    try maker.settle()
    let events = book.events()
    print(
      "history with trouble \(trouble.rawValue) (\(maker.count) times), seed \(Self.seed): "
        + summary(events, book))
    if trouble == .kill {
      try judgeLosses(events, book, model, maker)
    } else {
      judge(events, book, model)
    }
    for gateway in gateways { try gateway.terminate() }
  }

  /// A primary that is killed may take with it what its replica had not got: sessions of its slots
  /// may lose acknowledged writes, which are counted; all others may not.
  private func judgeLosses(
    _ events: [Event], _ book: HistoryBook, _ model: SessionModel, _ maker: TroubleMaker
  ) throws {
    #expect(book.faults.isEmpty)
    var lost = 0
    for session in maker.ids.indices {
      let mine = events.filter { $0.session == session }
      let verdict = HistoryChecker.verdict(mine, model)
      if verdict == .linearizable { continue }
      if maker.struck.contains(session) { lost += 1 } else { #expect(verdict == .linearizable) }
    }
    print("sessions with losses after a primary was killed: \(lost) of \(maker.struck.count)")
  }
}
