// What a system call may answer, sorted once. Errors that only a defect of the gateway can cause stop
// it: carrying on with somebody else's descriptor would mix up sessions.

import CLinux
import Glibc

/// A system call that failed for want of something the machine has too little of.
public struct SystemFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system call.
  public let call: StaticString
  /// The error's number.
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

/// Stops the gateway when a system call says that its descriptor or memory makes no sense. EINVAL is not one
/// of these: a socket has it too where a route ends in a black hole, or a link-local address lacks its link.
func mustNotBeOurs(_ error: Int32) {
  precondition(
    error != EBADF && error != EFAULT && error != ENOTSOCK,
    "the kernel says that the gateway passed a wrong descriptor or address")
}

/// The system's words for an error number.
func message(of error: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  return unsafe text.withUnsafeMutableBufferPointer {
    unsafe String(cString: linux_error_text(error, $0.baseAddress!, $0.count))
  }
}
