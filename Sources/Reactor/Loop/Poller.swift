// Says which sockets can be read or written. In: descriptors with tokens, and a time to wait until.
// Out: events, in the poller's own storage, valid until the next wait. One per worker.
//
// A token is chosen by the caller (slot and generation) and is never the descriptor: the kernel
// reuses descriptors at once, and an event of a closed one must not reach its successor.
//
// Bounded: a wait reports at most 32 events. The next wait reports the rest, since the kernel
// rotates its list. So a tick of the loop is short, and nodes work on the first commands while the
// next ones are read (docs/decisions/0020).
// Rejected: io_uring (often switched off in containers), one wait per event.

import CLinux
import Glibc
public import Primitives

/// What a socket is watched for.
public struct Interest: OptionSet, Sendable {
  /// The set as bits; they are not epoll's.
  public let rawValue: UInt32
  /// A set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes or a connection have arrived, or the peer has closed.
  public static let readable = Interest(rawValue: 1)
  /// There is room for bytes to send, or a connection is established.
  public static let writable = Interest(rawValue: 2)
  /// The peer sends no more.
  public static let peerClosed = Interest(rawValue: 4)
  /// Reported once per change, instead of for as long as it lasts.
  public static let edgeTriggered = Interest(rawValue: 8)
  /// The interest of a connection, registered once for its life.
  public static let connection: Interest = [.readable, .writable, .peerClosed, .edgeTriggered]

  var bits: UInt32 {
    (contains(.readable) ? LINUX_EPOLLIN : 0) | (contains(.writable) ? LINUX_EPOLLOUT : 0)
      | (contains(.peerClosed) ? LINUX_EPOLLRDHUP : 0)
      | (contains(.edgeTriggered) ? LINUX_EPOLLET : 0)
  }
}

/// What happened to a socket.
public struct Event: Sendable {
  /// The token it was registered with.
  public let token: UInt64
  private let bits: UInt32

  init(token: UInt64, bits: UInt32) {
    self.token = token
    self.bits = bits
  }

  /// A read will not block. Also true when the connection has ended, so that the end is read.
  public var readable: Bool {
    bits & (LINUX_EPOLLIN | LINUX_EPOLLRDHUP | LINUX_EPOLLHUP | LINUX_EPOLLERR) != 0
  }

  /// A write will not block. Also true when the connection failed, so that the failure is seen.
  public var writable: Bool { bits & (LINUX_EPOLLOUT | LINUX_EPOLLHUP | LINUX_EPOLLERR) != 0 }

  /// The peer sends no more. Bytes it sent earlier may still be unread, so read on until `.closed`.
  public var peerClosed: Bool { bits & (LINUX_EPOLLRDHUP | LINUX_EPOLLHUP) != 0 }

  /// The connection failed: reset, refused or timed out.
  public var failed: Bool { bits & LINUX_EPOLLERR != 0 }
}

/// An epoll instance and the events it reported last.
@safe
public struct Poller: ~Copyable {
  /// The most events that one wait reports.
  public static let capacity = 32

  private let fd: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  /// How many events the last wait reported.
  public private(set) var count: Int

  /// An epoll instance that watches nothing. Fails when the process has no descriptor left.
  public init() throws(SystemFault) {
    let fd = linux_epoll_create()
    if fd < 0 { throw SystemFault("epoll_create1", errno: errno) }
    self.fd = fd
    unsafe events = .allocate(capacity: Self.capacity)
    count = 0
  }

  deinit {
    close(fd)
    unsafe events.deallocate()
  }

  /// Watches `fd` and reports its events with `token`. False when the kernel has no room for it.
  public func register(_ fd: Int32, token: UInt64, interest: Interest) -> Bool {
    control(LINUX_EPOLL_CTL_ADD, fd, interest.bits, token)
  }

  /// Stops watching `fd`. Closing a socket does the same.
  public func remove(_ fd: Int32) {
    _ = control(LINUX_EPOLL_CTL_DEL, fd, 0, 0)
  }

  /// Waits until something happens or `deadline` has passed, and returns the number
  /// of events. The wait is rounded up to whole milliseconds. A signal ends it with no events.
  public mutating func wait(until deadline: Instant, now: Instant) -> Int {
    var milliseconds: Int32 = -1
    if deadline != .never {
      // The distance to a deadline far in the past may overflow.
      milliseconds =
        deadline <= now ? 0 : Int32(clamping: (deadline - now).millisecondsRoundedUp)
    }
    let told = unsafe epoll_wait(fd, events, Int32(Self.capacity), milliseconds)
    precondition(told >= 0 || errno == EINTR, "waiting for events fails only when a signal comes")
    count = max(0, Int(told))
    return count
  }

  /// The event of the last wait at `index`, below `count`.
  public func event(_ index: Int) -> Event {
    precondition(index >= 0 && index < count, "only events of the last wait can be asked for")
    let event = unsafe events + index
    return unsafe Event(token: linux_event_token(event), bits: linux_event_bits(event))
  }

  private func control(_ operation: Int32, _ fd: Int32, _ bits: UInt32, _ token: UInt64) -> Bool {
    if linux_epoll_ctl(self.fd, operation, fd, bits, token) == 0 { return true }
    precondition(
      errno == ENOMEM || errno == ENOSPC,
      "a descriptor is registered once, changed while registered, and open all along")
    return false
  }
}
