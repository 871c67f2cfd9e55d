// What systemd, or whoever else started the process, is told: readiness, reloads, the end, and that the
// loops still turn (sd_notify(3), written by hand: one datagram a message to a local socket). In: the
// environment. Without NOTIFY_SOCKET nothing is sent. A datagram that cannot be sent is lost: the
// manager's queue is full, or it is gone; nobody waits for it.

import CLinux
import Glibc
public import Primitives

/// The manager that waits for the process's word.
public final class ServiceManager: Sendable {
  private let fd: Int32
  private let path: [UInt8]
  /// How often it wants to hear that the process is well; nil for never.
  public let watchdog: TimeSpan?

  /// The manager that the environment names; nil where there is none, or its name is no address.
  public convenience init?() {
    guard let path = Self.variable("NOTIFY_SOCKET") else { return nil }
    self.init(
      socket: path,
      watchdog: Self.watchdog(
        microseconds: Self.variable("WATCHDOG_USEC"), process: Self.variable("WATCHDOG_PID")))
  }

  /// A manager that listens at `path`, or at an abstract address where that begins with `@`.
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

  /// The process serves; `status` is for people, one line.
  public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

  /// Files are read again; `ready` follows.
  public func reloading() {
    let now = Instant.now().nanoseconds / 1_000
    send("RELOADING=1\nMONOTONIC_USEC=\(now)\nSTATUS=reading files again")
  }

  /// The process ends.
  public func stopping() { send("STOPPING=1\nSTATUS=draining") }

  /// The process is well.
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

  /// How often to beat, out of the environment's texts: nil when the word is for another process.
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
