// Resolves a name within a bounded time. The resolver runs on a thread of its own, since the
// system's lookup takes no deadline; an answer that comes too late is dropped.

import Primitives
import Reactor
import Synchronization

/// Looks up names, one at a time, each for at most 3 s.
struct Lookup {
  private static let patience = TimeSpan.seconds(3)
  private let resolver: Resolver?

  init() { resolver = try? Resolver() }

  /// The addresses of `host`; `.unavailable` when the answer takes too long.
  func addresses(_ host: String, port: UInt16) -> Resolution {
    if let address = Address(literal: host, port: port) { return .addresses([address]) }
    guard let resolver, let slot = try? Slot() else { return .unavailable }
    resolver.resolve(host, port: port) { slot.put($0) }
    return slot.wait(until: .now() + Self.patience)
  }
}

/// Where the resolver's thread leaves its answer.
private final class Slot: Sendable {
  private let answer = Mutex<Resolution?>(nil)
  private let bell: Bell

  init() throws { bell = try Bell() }

  func put(_ resolution: Resolution) {
    answer.withLock { $0 = resolution }
    bell.ring()
  }

  func wait(until deadline: Instant) -> Resolution {
    bell.wait(until: deadline)
    return answer.withLock { $0 } ?? .unavailable
  }
}
