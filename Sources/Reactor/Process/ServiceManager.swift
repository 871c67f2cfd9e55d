// Notifies systemd, or another service manager, of readiness, reloads, the end, and that the event
// loops are alive (sd_notify(3), written by hand: one datagram per message to a local socket). In:
// the environment. Without NOTIFY_SOCKET nothing is sent. A datagram that cannot be sent is dropped
// without waiting: the manager's queue is full, or the manager is gone.

import CLinux
import Glibc
public import Primitives

/// The service manager that expects this process's notifications.
public final class ServiceManager: Sendable {
  private let fd: Int32
  private let path: [UInt8]
  /// How often it expects a heartbeat; nil for never.
  public let watchdog: TimeSpan?

  /// The manager that the environment names; nil if it names none, or not by a valid address.
  public convenience init?() {
    guard let path = Self.variable("NOTIFY_SOCKET") else { return nil }
    self.init(
      socket: path,
      watchdog: Self.watchdog(
        microseconds: Self.variable("WATCHDOG_USEC"), process: Self.variable("WATCHDOG_PID")))
  }

  /// A manager that listens at `path`, or at an abstract address if that begins with `@`.
  init?(socket path: String, watchdog: TimeSpan?) {
    var bytes = Array(path.utf8)
    guard bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "@"), bytes.count > 1,
      bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !bytes.contains(0)
    else { return nil }
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    self.path = bytes
    self.watchdog = watchdog
    fd = linux_notify_socket()
    if fd < 0 { return nil }
  }

  deinit { close(fd) }

  /// The process serves; `status` is one line for people.
  public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

  /// The process is reloading its files; `ready` follows.
  public func reloading() {
    let now = Instant.now().nanoseconds / 1_000
    send("RELOADING=1\nMONOTONIC_USEC=\(now)\nSTATUS=reading files again")
  }

  /// The process is shutting down.
  public func stopping() { send("STOPPING=1\nSTATUS=draining") }

  /// A heartbeat: the process is alive.
  public func beat() { send("WATCHDOG=1") }

  private func send(_ text: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    let length = MemoryLayout<sa_family_t>.size + path.count
    let message = Array(text.utf8)
    _ = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe sendto(
        fd, message, message.count, Int32(MSG_NOSIGNAL),
        bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    }
  }

  /// How often to send a heartbeat, from the environment's values; nil if none is expected, or from
  /// another process.
  static func watchdog(microseconds: String?, process: String?) -> TimeSpan? {
    if let process, Int32(process) != getpid() { return nil }
    guard let microseconds, let count = Int64(microseconds), count > 0, count < 1 << 50 else {
      return nil
    }
    return TimeSpan(nanoseconds: count * 1_000)
  }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
