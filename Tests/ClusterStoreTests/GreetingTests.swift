// What a connection says first, and what is said of one that does not come about.

import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Greetings")
struct GreetingTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  private func makeStore() -> ClusterStore {
    var configuration = ClusterConfiguration(
      seeds: [Endpoint(host: "10.0.0.1", port: 7000)], mode: .single)
    configuration.credentials = NodeCredentials(password: "the-old-one")
    return ClusterStore(configuration, namespaces: ContractNamespaces.list())
  }

  /// Lets the store open its one link.
  private static func open(_ store: inout ClusterStore, at now: Instant) throws -> Link {
    store.advance(at: now, readUpTo: now)
    var link: Link?
    while let action = store.nextAction() {
      if case .open(let opened, _) = action { link = opened }
    }
    return try #require(link)
  }

  private static func greeting(_ store: borrowing ClusterStore, _ link: Link) -> String {
    let output = store.output(link)
    return unsafe output.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @Test("New credentials are for connections from then on")
  func newCredentials() throws {
    var store = makeStore()
    let first = try Self.open(&store, at: start)
    store.linkOpened(first, at: start)
    store.authenticate(as: NodeCredentials(user: "app", password: "the-new-one"))
    let (isGreeting, said) = (store.isGreeting(first), Self.greeting(store, first))
    #expect(isGreeting && said.contains("the-old-one"))
    store.linkLost(first, .reported(code: "reset", description: "reset"), at: start)
    let isStillGreeting = store.isGreeting(first)
    #expect(!isStillGreeting)
    let second = try Self.open(&store, at: start + .seconds(3))
    store.linkOpened(second, at: start + .seconds(3))
    let saidNext = Self.greeting(store, second)
    #expect(saidNext.contains("$3\r\napp\r\n$11\r\nthe-new-one\r\n"))
    #expect(!saidNext.contains("the-old-one"))
  }

  /// How far a connection came before nothing more came.
  enum Stage: CaseIterable { case nowhere, connected, opened }

  @Test("What took too long is told by how far it came", arguments: Stage.allCases)
  func lateness(_ stage: Stage) throws {
    var store = makeStore()
    let link = try Self.open(&store, at: start)
    if stage != .nowhere { store.linkConnected(link) }
    if stage == .opened { store.linkOpened(link, at: start) }
    store.advance(at: start + .seconds(3), readUpTo: start + .seconds(3))
    guard case .nodeDown(_, let fault)? = store.nextEvent() else {
      Issue.record("nothing is told of the node")
      return
    }
    let code =
      switch stage {
      case .nowhere: "connect-timeout"
      case .connected: "handshake-timeout"
      case .opened: "greeting-timeout"
      }
    #expect(fault.code == code)
  }

  @Test("The next attempt begins at the beginning again")
  func latenessOfTheNext() throws {
    var store = makeStore()
    let link = try Self.open(&store, at: start)
    store.linkConnected(link)
    store.advance(at: start + .seconds(3), readUpTo: start + .seconds(3))
    _ = store.nextEvent()
    _ = try Self.open(&store, at: start + .seconds(6))
    store.advance(at: start + .seconds(9), readUpTo: start + .seconds(9))
    guard case .nodeDown(_, let fault)? = store.nextEvent() else {
      Issue.record("nothing is told of the node")
      return
    }
    #expect(fault.code == "connect-timeout")
  }
}
