import Glibc
import Primitives
import Reactor
import Synchronization
import Testing

@Suite struct ListenerTests {
  @Test func tellsThePortAndThatNobodyWaits() throws {
    let listener = try Listener(host: "*", port: 0, backlog: 8)
    #expect(listener.address.port > 0 && listener.address.host == "0.0.0.0")
    guard case .none = listener.accept() else {
      Issue.record("nobody has connected")
      return
    }
  }

  @Test func sharesAPortOnlyWhenAsked() throws {
    let first = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    let second = try Listener(host: "127.0.0.1", port: first.address.port, backlog: 8)
    #expect(second.address == first.address)
    #expect(throws: ListenFault.addressInUse(first.address.description)) {
      _ = try Listener(host: "127.0.0.1", port: first.address.port, backlog: 8, shared: false)
    }
  }

  /// Whoever was accepted by a listener that is closed again would wait for the kernel's next try.
  @Test func checkingAPortAcceptsNobody() throws {
    let first = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    let port = first.address.port
    #expect(throws: ListenFault.addressInUse(first.address.description)) {
      try Listener.checkUnused(host: "127.0.0.1", port: port)
    }
    let held = try HeldPort(reusable: true)
    let (address, outcome) = (held.address, Outcome())
    let checks = try NamedThread.start(name: "checking") {
      while outcome.text.withLock({ $0.isEmpty }) {
        do throws(ListenFault) {
          try Listener.checkUnused(host: "127.0.0.1", port: address.port)
        } catch {
          outcome.text.withLock { $0 = "\(error)" }
        }
      }
    }
    for _ in 0..<5_000 {
      guard let client = try? Socket.connect(to: address) else { continue }
      try waitFor(client.fd, writable: true)
      #expect(client.connectResult() != .connected)
    }
    outcome.text.withLock { if $0.isEmpty { $0 = "nobody listens" } }
    checks.join()
    #expect(outcome.text.withLock { $0 } == "nobody listens")
  }

  @Test func saysWhyNot() {
    #expect(throws: ListenFault.notLocal("192.0.2.1:8080")) {
      _ = try Listener(host: "192.0.2.1", port: 8_080, backlog: 8)
    }
    #expect(throws: ListenFault.unknownHost("no-such-host.invalid")) {
      _ = try Listener(host: "no-such-host.invalid", port: 8_080, backlog: 8)
    }
    #expect(ListenFault.unknownHost("x").description == "no address is known for the host x")
  }

  /// On a thread with a descriptor table of its own, so that no other test starves.
  @Test func tellsThatDescriptorsRanOut() throws {
    let outcome = Outcome()
    let thread = try NamedThread.start(name: "starving") {
      outcome.text.withLock { $0 = Self.starve() }
    }
    thread.join()
    #expect(outcome.text.withLock { $0 } == "exhausted, connection")
  }

  private final class Outcome: Sendable { let text = Mutex("") }

  private static func starve() -> String {
    guard let unshare = unsafe dlsym(nil, "unshare") else { return "no unshare" }
    typealias Unshare = @convention(c) (Int32) -> Int32
    let cloneFiles: Int32 = 0x400
    if unsafe unsafeBitCast(unshare, to: Unshare.self)(cloneFiles) != 0 { return "not unshared" }
    guard let listener = try? Listener(host: "127.0.0.1", port: 0, backlog: 8) else {
      return "no listener"
    }
    var spares: [Int32] = []
    defer { for spare in spares { close(spare) } }
    // The limit is the process's: while another test raises it, there is room once more.
    for _ in 0..<10 {
      guard let client = try? Socket.connect(to: listener.address) else { return "no connection" }
      try? waitFor(listener.fd)
      while case let spare = dup(client.fd), spare >= 0 { spares.append(spare) }
      let first = name(listener.accept())
      if first == "connection" { continue }
      close(spares.removeLast())
      return "\(first), \(name(listener.accept()))"
    }
    return "never"
  }

  private static func name(_ accepted: consuming Accepted) -> String {
    switch consume accepted {
    case .connection: "connection"
    case .none: "none"
    case .exhausted: "exhausted"
    case .transient: "transient"
    }
  }
}
