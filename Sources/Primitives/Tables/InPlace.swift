// Keeps a large owner where it is. The program never copies a noncopyable struct, but where it can,
// the compiler passes a borrowed one by value, as its bytes on the stack: reading one integer of
// the worker copied 4 KiB, several times for each request. A struct with a member whose layout is
// known only at run time is passed by its address instead, so that a read is just a read.
//
// Rejected: `mutating` on functions that only read, or `@inline(__always)` on each (both would be
// forgotten on the next function), a class (a reference count, and a check of each access).

/// A member that makes the noncopyable struct that has it be borrowed by address.
///
/// For long-lived structs larger than a few cache lines. Takes 40 bytes and is never read.
public struct InPlace: Sendable {
  private let nothing: (any Sendable)? = nil

  /// The member.
  public init() {}
}
