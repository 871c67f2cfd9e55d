// A network for one test (network_namespaces(7)): a loopback device that nobody else has, so that the
// kernel can be told to drop packets on it. A process that is stopped still has a kernel that accepts
// connections and acknowledges what is sent; a cut cable has none of that.
//
// What the body starts is in the network: its sockets, its threads and what they start, its children.
// It takes root and two programs of Debian's, `ip` (with `ss`) and `iptables`.

import Dispatch
import Foundation
import Synchronization

/// A loopback device whose packets can be dropped.
public final class PrivateNetwork: Sendable {
  /// The network of whoever asks, where that is not the test run's.
  @TaskLocal static var current: PrivateNetwork?

  /// Whether one can be had here.
  public static let isPossible = (try? inside { try $0.heal() }) != nil

  /// `setns(2)`'s name for a network.
  private let descriptor: Int32

  private init() throws {
    try Self.call("unshare", [Self.flag])
    descriptor = Self.openCurrent()
  }

  deinit { close(descriptor) }

  /// Runs `body` on a thread in a network of its own, and waits for it.
  public static func inside<Result: Sendable>(
    _ body: @escaping @Sendable (PrivateNetwork) throws -> Result
  ) throws -> Result {
    // All children of the test run are spawned by one thread, which must not be born in here.
    Nursery.prepare()
    let errand = Errand {
      let network = try PrivateNetwork()
      return try $current.withValue(network) {
        try Command.succeed("ip", ["link", "set", "lo", "up"])
        return try body(network)
      }
    }
    return try errand.run()
  }

  /// Drops each packet to `port`, and from there, without a word to anybody.
  public func cut(port: Int) throws {
    try cut(wayTo: port)
    try drop("--sport", port)
  }

  /// Drops each packet to `port` only.
  public func cut(wayTo port: Int) throws { try drop("--dport", port) }

  private func drop(_ end: String, _ port: Int) throws {
    try Command.succeed("iptables", ["-A", "INPUT", "-p", "tcp", end, "\(port)", "-j", "DROP"])
  }

  /// Lets all packets through again.
  public func heal() throws { try Command.succeed("iptables", ["-F", "INPUT"]) }

  /// How many connections were closed whose last bytes the kernel still tries to deliver, as a thread
  /// in the network sees it.
  public func undelivered() throws -> Int {
    try Command.succeed("ss", ["-Htn", "state", "fin-wait-1"]).text.split(separator: "\n").count
  }

  /// Runs `body` on a thread of the test run's network as if it were in this one.
  func visit<Result>(_ body: () -> Result) throws -> Result {
    let home = Self.openCurrent()
    defer { close(home) }
    try Self.call("setns", [descriptor, Self.flag])
    let result = body()
    try Self.call("setns", [home, Self.flag])
    return result
  }

  /// CLONE_NEWNET, which like the two calls is declared for _GNU_SOURCE only.
  private static let flag: Int32 = 0x4000_0000

  private static func openCurrent() -> Int32 {
    unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
  }

  private static func call(_ name: String, _ arguments: [Int32]) throws {
    typealias Call = @convention(c) (Int32, Int32) -> Int32
    let libraries = unsafe dlopen(nil, RTLD_NOW)
    guard let address = unsafe dlsym(libraries, name) else { throw LabFault("no \(name)") }
    let call = unsafe unsafeBitCast(address, to: Call.self)
    // `unshare` takes one and does not look at the second.
    guard call(arguments[0], arguments.last!) == 0 else {
      throw LabFault("\(name): \(Wire.reason(errno))")
    }
  }
}

/// Something done on a thread of its own.
private final class Errand<Result: Sendable>: Sendable {
  private let body: @Sendable () throws -> Result
  private let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () throws -> Result) { self.body = body }

  func run() throws -> Result {
    Thread { [self] in
      let result = Swift.Result { try body() }
      outcome.withLock { $0 = result }
      done.signal()
    }.start()
    done.wait()
    return try outcome.withLock { $0! }.get()
  }
}
