// A caller who asks sessions for anything, at random: reads, writes of all kinds, touches, deletes,
// locks that it uses, lets run out or forgets. Each request goes through a gateway at random.

import Chance
import TestLab

/// One caller, on a thread of its own.
struct HistoryCaller: Sendable {
  private let number: Int
  private let book: HistoryBook
  private let ports: [Int]
  private let paths: [String]
  private var random: SeededRandom
  private var connections: [RawHTTP?]
  /// What it has seen of each session last.
  private var seen: [(tag: String, write: WriteNumber)?]
  /// The lock of each session that it was given last.
  private var locks: [(token: String, lock: LockNumber)?]

  /// A caller of the gateways on `ports` and the sessions with these ids.
  init(_ number: Int, _ book: HistoryBook, ports: [Int], ids: [String], seed: UInt64) {
    self.number = number
    self.book = book
    self.ports = ports
    paths = ids.map { "/v1/sessions/\($0)" }
    random = SeededRandom(seed: seed &+ UInt64(number) &* 0x1234_5678_9abc_def1)
    connections = Array(repeating: nil, count: ports.count)
    seen = Array(repeating: nil, count: ids.count)
    locks = Array(repeating: nil, count: ids.count)
  }

  /// Asks for one thing.
  mutating func turn() {
    let session = Int.random(in: 0..<paths.count, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<24: read(session)
    case 24..<30: inspect(session)
    case 30..<42: put(session, .none)
    case 42..<58: put(session, seen[session].map { .written([$0.write]) } ?? .absent)
    case 58..<62: put(session, Bool.random(using: &random) ? .absent : .exists)
    case 62..<70: touch(session)
    case 70..<73: touchAll()
    case 73..<77: delete(session)
    default: useLock(session)
    }
  }

  // MARK: Reading

  private mutating func read(_ session: Int) {
    let slides = Bool.random(using: &random)
    let isValidating = Int.random(in: 0..<5, using: &random) == 0
    let fields = isValidating ? seen[session].map { ["If-None-Match": $0.tag] } ?? [:] : [:]
    ask("GET", session, slides ? "" : "?touch=false", fields: fields, .read(slides: slides))
  }

  private mutating func inspect(_ session: Int) {
    ask("HEAD", session, "", .read(slides: false))
  }

  // MARK: Writing

  private mutating func put(
    _ session: Int, _ demand: Demand, holding lock: (token: String, lock: LockNumber)? = nil,
    unlocks: Bool = false
  ) {
    let write = book.number()
    var fields = fields(of: demand, session)
    if let lock { fields["Session-Lock"] = lock.token }
    // Long enough, now and then, to be staged.
    let filler = [0, 100, 3_000, 9_000].randomElement(using: &random)!
    ask(
      "PUT", session, unlocks ? "?unlock=true" : "", fields: fields,
      body: Array("\(write) \(String(repeating: "x", count: filler))".utf8),
      .put(write, demand, holding: lock?.lock ?? 0, unlocks: unlocks))
  }

  private mutating func touch(_ session: Int) {
    let isConditional = Int.random(in: 0..<3, using: &random) == 0
    let demand: Demand =
      isConditional ? seen[session].map { .written([$0.write]) } ?? .exists : .none
    ask("POST", session, "/touch", fields: fields(of: demand, session), .touch(demand))
  }

  private mutating func delete(_ session: Int) {
    let isConditional = Bool.random(using: &random)
    let demand: Demand =
      isConditional ? seen[session].map { .written([$0.write]) } ?? .exists : .none
    ask(
      "DELETE", session, "", fields: fields(of: demand, session), .delete(demand, holding: 0))
  }

  private func fields(of demand: Demand, _ session: Int) -> [String: String] {
    switch demand {
    case .none: [:]
    case .exists: ["If-Match": "*"]
    case .absent: ["If-None-Match": "*"]
    case .written: ["If-Match": seen[session]!.tag]
    }
  }

  // MARK: Locks

  private mutating func useLock(_ session: Int) {
    guard let lock = locks[session] else { return acquire(session, holding: nil) }
    let fields = ["Session-Lock": lock.token]
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let lease = Int.random(in: 1...2, using: &random)
      ask(
        "PUT", session, "/lock?lease=\(lease)", fields: fields, .renew(lock.lock, lease: lease))
    case 1..<4: put(session, .none, holding: lock)
    case 4..<6: put(session, .none, holding: lock, unlocks: true)
    case 6..<8:
      ask("DELETE", session, "/lock", fields: fields, .unlock(lock.lock))
      if Bool.random(using: &random) { locks[session] = nil }
    case 8 where Int.random(in: 0..<4, using: &random) == 0:
      ask("DELETE", session, "", fields: fields, .delete(.none, holding: lock.lock))
      locks[session] = nil
    case 8: acquire(session, holding: lock)
    default: locks[session] = nil
    }
  }

  private mutating func acquire(
    _ session: Int, holding lock: (token: String, lock: LockNumber)?
  ) {
    let lease = Int.random(in: 1...2, using: &random)
    let wait = Int.random(in: 0...1, using: &random)
    ask(
      "POST", session, "/lock?lease=\(lease)&wait=\(wait)",
      fields: lock.map { ["Session-Lock": $0.token] } ?? [:],
      .lock(holding: lock?.lock ?? 0, fresh: book.number(), lease: lease))
  }

  // MARK: Asking

  private mutating func ask(
    _ method: String, _ session: Int, _ rest: String, fields: [String: String] = [:],
    body: [UInt8]? = nil, _ act: Act
  ) {
    let gateway = Int.random(in: 0..<ports.count, using: &random)
    let asked = book.now
    let response = exchange(gateway, method, paths[session] + rest, fields: fields, body: body)
    var event = Event(
      session: session, caller: number, gateway: gateway, act: act, answer: .unknown,
      asked: asked, told: book.now)
    guard let response, response.status != 504 else { return forget(event) }
    if response.status == 503 { return book.refuse() }
    take(&event, response)
  }

  private mutating func exchange(
    _ gateway: Int, _ method: String, _ target: String, fields: [String: String], body: [UInt8]?
  ) -> RawHTTP.Response? {
    do {
      let connection = try connections[gateway] ?? RawHTTP(port: ports[gateway])
      connections[gateway] = connection
      return try connection.exchange(method, target, fields: fields, body: body)
    } catch {
      connections[gateway] = nil
      return nil
    }
  }

  /// Nobody knows what became of it. A lock that was acquired so is given back by the gateway.
  private func forget(_ event: Event) {
    var event = event
    event.told = Event.never
    book.add(event)
    if case .lock(_, let fresh, _) = event.act {
      event.act = .unlock(fresh)
      book.add(event)
    }
  }

  private mutating func take(_ event: inout Event, _ response: RawHTTP.Response) {
    let expiresIn = response["Session-Expires-In"].flatMap { Int($0) } ?? 0
    let tag = response["ETag"]
    switch (response.status, event.act) {
    case (200, .lock):
      guard let token = response["Session-Lock"], let write = read(response, event.session) else {
        return book.fault("a lock without a token or a payload")
      }
      let lock = book.lock(token)
      locks[event.session] = (token, lock)
      event.answer = .locked(write, lock, expiresIn: expiresIn)
    case (200, _) where !response.body.isEmpty:
      guard let write = read(response, event.session) else {
        return book.fault("a payload that nobody wrote")
      }
      event.answer = .found(write, expiresIn: expiresIn)
    case (200, _), (304, _):
      guard let tag else { return book.fault("a session without a version") }
      event.answer = .found(0, expiresIn: expiresIn)
      return book.add(event, tag: tag)
    case (201, .put(let write, _, _, _)), (204, .put(let write, _, _, _)):
      guard let tag else { return book.fault("a write without a version") }
      book.note(tag, write)
      seen[event.session] = (tag, write)
      event.answer = response.status == 201 ? .created : .done
    case (204, _): event.answer = .done
    case (404, _): event.answer = .missing
    case (409, _): event.answer = .lost
    case (412, _):
      event.answer = .refused(0)
      if let tag { return book.add(event, tag: tag) }
    case (423, _): event.answer = .held
    default: return book.fault("\(response.status) to \(event.act)")
    }
    book.add(event)
  }

  /// The write whose payload a response carries.
  private mutating func read(_ response: RawHTTP.Response, _ session: Int) -> WriteNumber? {
    let digits = response.body.prefix { $0 != UInt8(ascii: " ") }
    guard let tag = response["ETag"], let write = Int(String(decoding: digits, as: UTF8.self))
    else { return nil }
    book.note(tag, write)
    seen[session] = (tag, write)
    return write
  }

  // MARK: Batches

  private mutating func touchAll() {
    let gateway = Int.random(in: 0..<ports.count, using: &random)
    let ids = paths.map { $0.split(separator: "/").last! }
    let body = "{\"ids\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]}"
    let asked = book.now
    let response = exchange(
      gateway, "POST", "/v1/touches", fields: ["Content-Type": "application/json"],
      body: Array(body.utf8))
    let told = book.now
    for session in paths.indices {
      var event = Event(
        session: session, caller: number, gateway: gateway, act: .touch(.none),
        answer: .unknown, asked: asked, told: told)
      switch response?.status {
      case 200: event.answer = response!.text.contains("\"\(ids[session])\"") ? .missing : .done
      case 503:
        book.refuse()
        continue
      case nil, 504: event.told = Event.never
      default: return book.fault("\(response!.status) to a batch")
      }
      book.add(event)
    }
  }
}
