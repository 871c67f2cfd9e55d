// Resolves names to addresses. getaddrinfo(3) blocks, so it runs on a thread of its own, which also
// delivers the answers. Literals need no resolver: see Address(literal:port:).
//
// Bounded: at most `limit` questions wait; any further one is answered `.busy` at once.

import CLinux
import Glibc
import Synchronization

/// What a name resolves to.
public enum Resolution: Equatable, Sendable {
  /// At least one address, in the order the system prefers.
  case addresses([Address])
  /// The name does not exist.
  case unknown
  /// The name service does not answer now; a later attempt may succeed.
  case unavailable
  /// Too many questions wait, or the resolver has been stopped.
  case busy

  /// The same addresses with this port.
  fileprivate func with(port: UInt16) -> Resolution {
    guard case .addresses(let addresses) = self else { return self }
    return .addresses(addresses.map { $0.with(port: port) })
  }
}

/// A thread that looks up names.
public final class Resolver: Sendable {
  private let desk: Desk
  private let thread: Mutex<NamedThread?>

  /// Starts the thread; up to `limit` questions may wait.
  public init(limit: Int = 256) throws(SystemFault) {
    let desk = Desk(limit: limit, bell: try Bell())
    self.desk = desk
    thread = Mutex(try NamedThread.start(name: "resolver") { desk.work() })
  }

  deinit { stop() }

  /// Looks up the addresses of `host`. `answer` is called once, on the resolver's thread, or on
  /// this one when it is `.busy`. After `stop` pending answers are dropped.
  public func resolve(
    _ host: String, port: UInt16, answer: @escaping @Sendable (Resolution) -> Void
  ) {
    if !desk.add(Question(host: host, port: port, answer: answer)) { answer(.busy) }
  }

  /// Discards waiting questions and ends the thread. A lookup in progress is not awaited, since
  /// name services can be slow; its answer is dropped.
  public func stop() {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    if desk.close() { thread.abandon() } else { thread.join() }
  }

  /// Looks up a name on this thread, blocking it.
  public static func lookUp(_ host: String, port: UInt16) -> Resolution {
    if let address = Address(literal: host, port: port) { return .addresses([address]) }
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let failed = unsafe getaddrinfo(host, nil, &hints, &list)
    if failed != 0 {
      return failed == EAI_NONAME || failed == EAI_NODATA ? .unknown : .unavailable
    }
    defer { unsafe freeaddrinfo(list) }
    var found: [Address] = []
    var entry = unsafe list
    while let here = unsafe entry {
      if let raw = unsafe here.pointee.ai_addr, let address = Address(raw) {
        found.append(address.with(port: port))
      }
      unsafe entry = here.pointee.ai_next
    }
    return found.isEmpty ? .unknown : .addresses(found)
  }
}

private let EAI_NODATA: Int32 = -5

private struct Question: Sendable {
  let host: String
  let port: UInt16
  let answer: @Sendable (Resolution) -> Void

}

/// The queue of questions that callers share with the resolver's thread.
private final class Desk: Sendable {
  private struct State {
    var questions: [Question] = []
    var isBusy = false
    var isClosed = false
  }

  private let limit: Int
  private let bell: Bell
  private let state = Mutex(State())

  init(limit: Int, bell: Bell) {
    self.limit = limit
    self.bell = bell
  }

  func add(_ question: Question) -> Bool {
    let added = state.withLock { state in
      if state.isClosed || state.questions.count >= limit { return false }
      state.questions.append(question)
      return true
    }
    if added { bell.ring() }
    return added
  }

  /// Accepts no more questions; returns whether a lookup is in progress.
  func close() -> Bool {
    let isBusy = state.withLock { state in
      state.isClosed = true
      state.questions.removeAll()
      return state.isBusy
    }
    bell.ring()
    return isBusy
  }

  func work() {
    while true {
      bell.wait()
      while let questions = next() {
        let resolution = Resolver.lookUp(questions[0].host, port: 0)
        guard finish() else { continue }
        for question in questions { question.answer(resolution.with(port: question.port)) }
      }
      if state.withLock({ $0.isClosed }) { return }
    }
  }

  /// The oldest question, together with all others about the same host. A name that resolves slowly
  /// is asked for repeatedly in the meantime, and must hold up other names only once.
  private func next() -> [Question]? {
    state.withLock { state in
      guard let host = state.questions.first?.host else { return nil }
      state.isBusy = true
      let questions = state.questions.filter { $0.host == host }
      state.questions.removeAll { $0.host == host }
      return questions
    }
  }

  /// Ends a lookup; returns whether its answer is still wanted.
  private func finish() -> Bool {
    state.withLock { state in
      state.isBusy = false
      return !state.isClosed
    }
  }
}
