// What a service manager hears of loops, one of which hangs: a real datagram socket in its place, boards
// on which the test beats for the workers, and a time that the test chooses.

import Glibc
import Primitives
import Testing

@testable import Gateway
@testable import Reactor

@Suite("The watchdog")
struct WatchdogTests {
  @Test("One loop that hangs silences it, until it turns again")
  func oneHangs() throws {
    let (listener, manager) = try Self.manager(wanting: .seconds(3))
    let inboxes = [try Inbox(), try Inbox()]
    let boards = [WorkerBoard(), WorkerBoard()]
    let state = try Self.state(boards)
    var now = Instant(nanoseconds: 0)
    var dog = Watchdog(manager, inboxes, state, at: now)
    /// Looks a second later, and says whether the manager heard that all is well.
    func look() -> Bool {
      dog.look(at: now)
      #expect(dog.wait(at: now) == .seconds(1))
      now = now + .seconds(1)
      var heard = [UInt8](repeating: 0, count: 64)
      let count = unsafe recv(listener, &heard, heard.count, Int32(MSG_DONTWAIT))
      return String(decoding: heard[..<max(0, count)], as: UTF8.self) == "WATCHDOG=1"
    }
    /// One loop answers what it was asked.
    func beat(_ worker: Int) {
      for message in inboxes[worker].takeAll() {
        if case .beat = message { boards[worker].add(1, to: .beats) }
      }
    }
    defer { close(listener) }
    #expect(look())
    for worker in 0..<2 { beat(worker) }
    #expect(look())
    beat(0)
    for miss in 1...3 {
      #expect(!look(), "one loop has not answered")
      #expect(state.hangs == (miss > 1))
    }
    beat(1)
    #expect(look() && !state.hangs)
    // Not before its time.
    now = now + .milliseconds(-1)
    for worker in 0..<2 { beat(worker) }
    dog.look(at: now)
    #expect(inboxes.allSatisfy { $0.takeAll().isEmpty })
  }

  @Test("A loop that has ended does not hang: while others drain, the manager hears of them")
  func oneHasEnded() throws {
    let inboxes = [try Inbox(), try Inbox()]
    let boards = [WorkerBoard(), WorkerBoard()]
    let state = try Self.state(boards)
    var now = Instant(nanoseconds: 0)
    var dog = Watchdog(nil, inboxes, state, at: now)
    boards[1].end()
    for _ in 0..<4 {
      dog.look(at: now)
      now = now + .seconds(5)
      for message in inboxes[0].takeAll() {
        if case .beat = message { boards[0].add(1, to: .beats) }
      }
      #expect(!state.hangs)
    }
  }

  private static func state(_ boards: [WorkerBoard]) throws -> GatewayState {
    GatewayState(
      version: "", boards: boards, contract: "",
      output: try LogOutput(accessLanes: 0, isJSON: false))
  }

  /// A service manager's socket, and the gateway's side of it.
  private static func manager(wanting watchdog: TimeSpan) throws -> (Int32, ServiceManager) {
    let name = "@session-gateway-watchdog-\(getpid())"
    var bytes = Array(name.utf8)
    bytes[0] = 0
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let listener = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let failed = unsafe withUnsafeBytes(of: &address) { raw in
      unsafe bind(
        listener, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self),
        socklen_t(2 + bytes.count))
    }
    #expect(failed == 0)
    return (listener, try #require(ServiceManager(socket: name, watchdog: watchdog)))
  }
}
