// Keeps a large owner where it is. A noncopyable struct is never copied by the program, but the compiler
// passes one that is borrowed as a value where it can, by its bytes on the stack: a look at one integer
// of the worker was a copy of 4 KiB, several times for each request. A struct with a member of a type
// whose layout is known only at run time is passed by its address instead, so that a look is a look.
//
// Rejected: `mutating` on all that only looks, `@inline(__always)` on each (both are forgotten with the
// next function that is written), a class (a reference count, and a check of each access).

/// A member that makes the noncopyable struct which has it be borrowed by its address.
///
/// For what is larger than a few cache lines and lives long. Takes 40 bytes and is never looked at.
public struct InPlace: Sendable {
  private let nothing: (any Sendable)? = nil

  /// The member.
  public init() {}
}
