// Failed system calls. An error that only a bug in the gateway can cause stops it: continuing with
// a descriptor that belongs to another connection would mix up sessions.

import CLinux
import Glibc

/// A system call that failed because the machine ran out of something.
public struct SystemFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system call.
  public let call: StaticString
  /// The system's error number.
  public let errno: Int32

  /// A failure of `call`.
  public init(_ call: StaticString, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// One sentence for the log.
  public var description: String { "\(call) failed: \(message(of: errno))" }

  /// Whether the same call failed the same way.
  public static func == (left: SystemFault, right: SystemFault) -> Bool {
    left.errno == right.errno && left.call.description == right.call.description
  }
}

/// Stops the gateway when a system call rejects its descriptor or memory as invalid. EINVAL is not
/// among these errors: a socket also gets it when a route is a black hole, or a link-local address
/// lacks its link.
func mustNotBeOurs(_ error: Int32) {
  precondition(
    error != EBADF && error != EFAULT && error != ENOTSOCK,
    "the kernel says that the gateway passed a wrong descriptor or address")
}

/// The system's text for an error number.
func message(of error: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  return unsafe text.withUnsafeMutableBufferPointer {
    unsafe String(cString: linux_error_text(error, $0.baseAddress!, $0.count))
  }
}
