public import Primitives
public import Sessions

/// A decoded request. One per worker, overwritten by each request.
public struct DecodedRequest: ~Copyable {
  /// What to remember until the request is answered.
  public var exchange = Exchange()
  /// The command for the store. The worker fills in its payload.
  public var command = SessionCommand()
  /// The versions that need not be sent again; meaningful only if `exchange` has validators.
  public var ifNoneMatch = EntityTags()
  /// Where in the request the caller's `Session-Lock-Request` is; empty for none. Meaningful only
  /// with `Verb.lock`.
  public var lockRequest = ByteRange.empty
  /// How many seconds the caller waits for the lock; meaningful only with `Verb.lock`.
  public var wait = 0
  private let inPlace = InPlace()

  /// A request that has yet to be decoded.
  public init() {}
}
