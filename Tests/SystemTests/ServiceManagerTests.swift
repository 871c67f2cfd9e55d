// What a service manager hears (sd_notify): a real datagram socket in its place, at a path and at an
// abstract address.

import Glibc
import Synchronization
import TestLab
import Testing

@Suite struct ServiceManagerTests {
  @Test(arguments: [false, true]) func theWholeLife(_ isAbstract: Bool) throws {
    let manager = try Manager(isAbstract: isAbstract)
    let gateway = try GatewayProcess(
      ["--drain-grace", "1s", "--workers", "2"], environment: ["NOTIFY_SOCKET": manager.address])
    #expect(try manager.next() == "READY=1\nSTATUS=serving with the memory store")
    gateway.process.send(signal: SIGHUP)
    let reload = try manager.next()
    #expect(reload.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    let stamp = reload.split(separator: "\n")[1].split(separator: "=")[1]
    #expect(try #require(UInt64(stamp)) > 0)
    #expect(try manager.next().hasPrefix("READY=1\n"))
    gateway.process.terminate()
    #expect(try manager.next() == "STOPPING=1\nSTATUS=draining")
    #expect(try gateway.process.wait() == .exited(0))
    #expect(try manager.isSilent())
  }

  @Test func whoDrainsTellsOfNoReload() throws {
    let manager = try Manager(isAbstract: true)
    let gateway = try GatewayProcess(
      ["--drain-grace", "1h", "--drain-timeout", "1h", "--workers", "2"],
      environment: ["NOTIFY_SOCKET": manager.address])
    #expect(try manager.next().hasPrefix("READY=1\n"))
    gateway.process.terminate()
    #expect(try manager.next().hasPrefix("STOPPING=1\n"))
    gateway.process.send(signal: SIGHUP)
    try eventually("it reloads") { gateway.log.contains("nothing to reload") }
    gateway.terminateAgain()
    #expect(try gateway.process.wait() == .exited(0))
    #expect(try manager.isSilent())
  }

  @Test func theWatchdogHearsALivingGatewayOnly() throws {
    let manager = try Manager(isAbstract: true)
    let gateway = try GatewayProcess(
      ["--workers", "2"],
      environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "300000"])
    #expect(try manager.next().hasPrefix("READY=1\n"))
    for _ in 0..<10 { #expect(try manager.next() == "WATCHDOG=1") }
    gateway.process.pause()
    try eventually("nothing is heard any more") { try manager.isSilent(for: 1_000) }
    gateway.process.resume()
    #expect(try manager.next() == "WATCHDOG=1")
    #expect(try gateway.terminate() == .exited(0))
  }

  @Test(arguments: ["", "relative", "@", "/nobody/is/here"]) func nobodyListens(
    _ address: String
  ) throws {
    let gateway = try GatewayProcess(environment: ["NOTIFY_SOCKET": address])
    #expect(try gateway.ask("GET", "/livez").status == 200)
    #expect(try gateway.terminate() == .exited(0))
  }

  @Test func anotherProcesssWatchdogIsNotOurs() throws {
    let manager = try Manager(isAbstract: false)
    let gateway = try GatewayProcess(
      environment: [
        "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "30000", "WATCHDOG_PID": "1",
      ])
    #expect(try manager.next().hasPrefix("READY=1\n"))
    #expect(try manager.isSilent(for: 300))
    #expect(try gateway.terminate() == .exited(0))
  }
}

/// A service manager's socket.
private final class Manager: Sendable {
  let address: String
  private let socket: Int32
  private let folder: TemporaryFolder

  init(isAbstract: Bool) throws {
    folder = try TemporaryFolder()
    let path = folder.file("notify")
    address = isAbstract ? "@\(path)" : path
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var bytes = Array(address.utf8)
    if isAbstract { bytes[0] = 0 }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count)
    let socket = socket
    let failed = unsafe withUnsafeBytes(of: &name) { raw in
      unsafe bind(
        socket, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
    }
    guard failed == 0 else { throw LabFault("no socket at \(address): error \(errno)") }
  }

  deinit { close(socket) }

  /// The next message.
  func next() throws -> String {
    guard try isReady(within: 30_000) else { throw LabFault("the gateway says nothing") }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe recv(socket, &bytes, bytes.count, 0)
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
  }

  /// Whether nothing comes for so many milliseconds. What comes is thrown away.
  func isSilent(for milliseconds: Int32 = 0) throws -> Bool {
    if try !isReady(within: milliseconds) { return true }
    _ = try next()
    return false
  }

  private func isReady(within milliseconds: Int32) throws -> Bool {
    var interest = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&interest, 1, milliseconds) > 0
  }
}
