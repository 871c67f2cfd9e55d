public import HTTP
public import Primitives
public import Sessions

/// What must be remembered of a request until it is answered. A value in its connection's slot.
public struct Exchange: Sendable {
  /// Which resource it is about.
  public var route = Route.unknown
  /// What it does there.
  public var method = Method.other
  /// The version of HTTP it speaks.
  public var version = Version.http11
  /// What becomes of the connection.
  public var persistence = Persistence.close
  /// Whose session it is about.
  public var namespace = NamespaceIndex(0)
  /// Which of the callers it comes from, for `CallerTable.name(of:)`; 0 for one without a name.
  public var caller: UInt16 = 0
  /// When its head was complete.
  public var began = Instant(nanoseconds: 0)
  /// When the caller stops waiting, by its own word (`Session-Deadline`), else `never`. The gateway's own
  /// deadline bounds each question to the store, and not the wait for a lock.
  public var limit = Instant.never
  /// Whether there are versions that need not be sent again. Which, stands apart (`DecodedRequest`): they
  /// are most of a request that has them, and few have.
  public var hasValidators = false

  /// An exchange that has yet to begin.
  public init() {}

  /// An exchange whose head was refused or never came whole: of it no more is known than whether it
  /// asks for a head only, and the connection ends with its answer.
  ///
  /// - Parameters:
  ///   - bytes: what came of the request.
  ///   - now: when it was given up.
  public init(refused bytes: RawSpan, at now: Instant) {
    // One empty line may stand in front (RFC 9112 section 2.2).
    let start = bytes.begins(with: "\r\n", in: ByteRange(0, bytes.byteCount)) ? 2 : 0
    if bytes.begins(with: "HEAD ", in: ByteRange(start, bytes.byteCount)) { method = .head }
    began = now
  }

  /// Whether the answer has no body whatever it says.
  public var isHead: Bool { method == .head }
}
