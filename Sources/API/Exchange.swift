public import HTTP
public import Primitives
public import Sessions

/// What must be remembered of a request until it is answered. A value in its connection's slot.
public struct Exchange: Sendable {
  /// The resource that the request names.
  public var route = Route.unknown
  /// The request's method.
  public var method = Method.other
  /// The request's version of HTTP.
  public var version = Version.http11
  /// What becomes of the connection after the response.
  public var persistence = Persistence.close
  /// The namespace of the session.
  public var namespace = NamespaceIndex(0)
  /// The caller's number, for `CallerTable.name(of:)`; 0 for a caller without a name.
  public var caller: UInt16 = 0
  /// When its head was complete.
  public var began = Instant(nanoseconds: 0)
  /// When the caller, by its own word (`Session-Deadline`), stops waiting; else `never`. The
  /// gateway's own deadline bounds each command to the store, but not the wait for a lock.
  public var limit = Instant.never
  /// Whether the client named versions that need not be sent again. The versions themselves are in
  /// `DecodedRequest`: they are large, and few requests have any.
  public var hasValidators = false

  /// An exchange that has yet to begin.
  public init() {}

  /// An exchange whose head is complete, for this resource.
  init(_ route: Route, _ head: borrowing RequestHead, at now: Instant) {
    self.route = route
    method = head.method
    version = head.version
    persistence = head.persistence
    began = now
  }

  /// An exchange whose head was refused or never arrived whole. All that is known of it is whether
  /// it asks for a head only; the connection ends with its response.
  ///
  /// - Parameters:
  ///   - bytes: what arrived of the request.
  ///   - now: when it was given up.
  public init(refused bytes: RawSpan, at now: Instant) {
    // One empty line may stand in front (RFC 9112 §2.2).
    let start = bytes.begins(with: "\r\n", in: ByteRange(0, bytes.byteCount)) ? 2 : 0
    if bytes.begins(with: "HEAD ", in: ByteRange(start, bytes.byteCount)) { method = .head }
    began = now
  }

  /// Whether the request is a HEAD, whose response never has a body.
  public var isHead: Bool { method == .head }
}
