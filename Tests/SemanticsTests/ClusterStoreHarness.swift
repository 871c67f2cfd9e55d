// The store over Redis on one blocking connection: what the contract's cases are run against.

import ClusterStore
import Glibc
import Primitives
import Redis
import Sessions
import StoreContract

/// A `ClusterStore` with the one connection that a single Redis needs.
struct ClusterStoreHarness: ~Copyable, StoreHarness {
  /// Seconds really pass, on a machine that does other things too.
  let slack = 1
  private var store: ClusterStore
  private var connection: (link: Link, descriptor: Int32)?
  private let port: Int
  private let ahead: Int64
  private var reply = ByteBuffer()

  /// A store in namespaces of its own, on a machine whose wall clock is fast by so many seconds.
  init(port: Int, suffix: String, fastBy seconds: Int64 = 0) {
    self.port = port
    ahead = seconds * 1_000
    store = ClusterStore(
      ClusterConfiguration(
        seeds: [Endpoint(host: "127.0.0.1", port: UInt16(port))], mode: .single),
      namespaces: ContractNamespaces.list(suffix: suffix))
  }

  deinit { if let connection { close(connection.descriptor) } }

  mutating func perform(_ call: Call) -> Observation {
    let (command, request) = call.prepared()
    let submission = unsafe store.submit(
      command, request: request.span.bytes, ticket: Ticket(index: 1, generation: 1), at: now,
      reply: &reply)
    if case .done(let outcome) = submission { return Observation(outcome, reply: reply) }
    for _ in 0..<10_000 {
      store.advance(at: .now(), readUpTo: .now())
      connectIfAsked()
      write()
      if let completion = store.nextCompletion(at: now, reply: &reply) {
        let seen = Observation(completion.outcome, reply: reply)
        settle()
        return seen
      }
      read()
    }
    return .malformed("no answer came")
  }

  private var now: Moment {
    Moment(instant: .now(), wall: UnixTime(milliseconds: UnixTime.now().milliseconds + ahead))
  }

  mutating func advance(by seconds: Int) { usleep(UInt32(seconds) * 1_000_000) }

  /// Lets what follows an answer, such as a correction, be carried out too.
  private mutating func settle() {
    while store.depth > 0 {
      write()
      read()
      store.advance(at: .now(), readUpTo: .now())
      _ = store.nextCompletion(at: now, reply: &reply)
    }
  }

  private mutating func connectIfAsked() {
    while let action = store.nextAction() {
      guard case .open(let link, _) = action else { continue }
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      let failed = unsafe withUnsafeBytes(of: &address) { bytes in
        unsafe connect(
          descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!,
          socklen_t(bytes.count))
      }
      precondition(failed == 0, "the lab's Redis takes connections")
      connection = (link, descriptor)
      store.linkOpened(link, at: .now())
    }
  }

  private mutating func write() {
    while let link = store.nextDirty(at: .now()) {
      guard let connection, connection.link == link else { continue }
      while store.hasOutput(link) {
        store.handed(link, Self.send(store.output(link), to: connection.descriptor), at: .now())
      }
    }
  }

  private static func send(_ bytes: RawSpan, to descriptor: Int32) -> Int {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress!, $0.count, 0)
    }
    precondition(count > 0, "the lab's Redis keeps connections")
    return count
  }

  private mutating func read() {
    guard let connection else { return }
    var interest = pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&interest, 1, 50) > 0 else { return }
    let room = unsafe store.prepare(connection.link, room: 65_536).first
    let count = unsafe recv(connection.descriptor, room.baseAddress!, room.count, 0)
    precondition(count > 0, "the lab's Redis keeps connections")
    store.received(connection.link, count, at: .now())
  }
}
