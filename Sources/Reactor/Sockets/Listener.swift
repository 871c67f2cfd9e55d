// Accepts new connections. One per worker: with SO_REUSEPORT the kernel spreads connections over
// all listeners of a port. In: a host and a port. Out: sockets that already have TCP_NODELAY.
//
// Bounded: by the backlog; the kernel turns away connections that it cannot queue.

import CLinux
import Glibc
import Primitives

/// Why the gateway cannot listen on a port.
public enum ListenFault: Error, Equatable, Sendable, CustomStringConvertible {
  case addressInUse(String)
  case notPermitted(String)
  /// The address is not one of this machine's.
  case notLocal(String)
  /// The name has no address.
  case unknownHost(String)
  case system(String, Int32)

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .addressInUse(let place): "another program listens at \(place)"
    case .notPermitted(let place): "listening at \(place) needs a privilege this process lacks"
    case .notLocal(let place): "\(place) is not an address of this machine"
    case .unknownHost(let host): "no address is known for the host \(host)"
    case .system(let place, let error): "cannot listen at \(place): \(message(of: error))"
    }
  }
}

/// The outcome of one accept.
public enum Accepted: ~Copyable {
  case connection(Socket)
  /// No connection is waiting.
  case none
  /// The process or the machine is out of descriptors or memory: pause accepting.
  case exhausted
  /// One connection broke before it was accepted: carry on.
  case transient
}

/// A listening TCP socket.
public struct Listener: ~Copyable {
  private let socket: Socket
  /// Where it listens; with the port that the kernel chose if the port asked for was 0.
  public let address: Address

  /// The descriptor, for the poller.
  public var fd: Int32 { socket.fd }

  /// Listens on `host` ("127.0.0.1", "::1", "[::1]", "localhost", "*", "" or another name of this
  /// machine) and `port` (0: any free one), with up to `backlog` connections waiting. "::" also
  /// accepts IPv4. Looking up a name blocks this thread. Unless `shared`, no other listener may
  /// have the port, not even one of this process.
  public init(host: String, port: UInt16, backlog: Int, shared: Bool = true) throws(ListenFault) {
    let asked = try Self.address(host, port)
    let bound = try Self.bound(to: asked, shared: shared)
    if listen(bound.fd, Int32(clamping: backlog)) != 0 {
      throw Self.fault(asked.description, errno)
    }
    address = bound.localAddress ?? asked
    socket = bound
  }

  /// Fails as listening there unshared would. It binds without listening: nobody who connects at
  /// this moment is accepted and then dropped.
  public static func checkUnused(host: String, port: UInt16) throws(ListenFault) {
    _ = try bound(to: try address(host, port), shared: false)
  }

  private static func bound(to address: Address, shared: Bool) throws(ListenFault) -> Socket {
    let fd = linux_socket(address.family)
    if fd < 0 { throw .system(address.description, errno) }
    let socket = Socket(owning: fd)
    socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
    if shared { socket.setOption(SOL_SOCKET, LINUX_SO_REUSEPORT, 1) }
    if address.isV6 { socket.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
    // Accepted sockets inherit it, which saves a system call per connection.
    socket.setNoDelay()
    let bound = unsafe address.withSocketAddress { unsafe bind(fd, $0, $1) }
    if bound != 0 { throw fault(address.description, errno) }
    return socket
  }

  /// Accepts one waiting connection. Under edge-triggered events call it until it returns `.none`.
  public func accept() -> Accepted {
    let accepted = linux_accept(fd)
    return accepted < 0 ? Self.outcome(of: errno) : .connection(Socket(owning: accepted))
  }

  /// Whether a connection waits to be accepted.
  public var isAwaited: Bool { block(on: fd, for: POLLIN, until: .now()) }

  private static func outcome(of error: Int32) -> Accepted {
    switch error {
    case EAGAIN, EWOULDBLOCK: return .none
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
    default:
      mustNotBeOurs(error)
      return .transient
    }
  }

  private static func address(_ host: String, _ port: UInt16) throws(ListenFault) -> Address {
    let literal =
      switch host {
      case "", "*": "0.0.0.0"
      case "localhost": "127.0.0.1"
      default: host
      }
    if let address = Address(literal: literal, port: port) { return address }
    guard case .addresses(let found) = Resolver.lookUp(host, port: port) else {
      throw .unknownHost(host)
    }
    return found[0]
  }

  private static func fault(_ place: String, _ error: Int32) -> ListenFault {
    switch error {
    case EADDRINUSE: .addressInUse(place)
    case EACCES, EPERM: .notPermitted(place)
    case EADDRNOTAVAIL: .notLocal(place)
    default: .system(place, error)
    }
  }
}
