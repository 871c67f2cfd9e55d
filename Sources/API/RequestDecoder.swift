// A request's head in; what it asks for, or the problem with it, out. Stateless: called once when
// the head is complete, so that a hopeless request is refused before its body arrives, and again
// when the body is there. Nothing but the id is copied.

public import HTTP
public import Primitives
public import Sessions

/// The limits that the decoder applies.
public struct RequestPolicy: Sendable {
  /// The largest body, in bytes.
  public var largestBody: Int
  /// How long the store may take for a command.
  public var deadline: TimeSpan

  /// The policy of each namespace, by its index.
  public var namespaces: [NamespaceRules]

  /// A policy from its parts.
  public init(largestBody: Int, deadline: TimeSpan, namespaces: NamespaceList) {
    self.largestBody = largestBody
    self.deadline = deadline
    self.namespaces = namespaces.namespaces.map {
      NamespaceRules($0, largestBody: largestBody)
    }
  }
}

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

/// Turns heads into commands.
public struct RequestDecoder: Sendable {
  let policy: RequestPolicy

  /// A decoder that applies `policy`.
  public init(policy: RequestPolicy) { self.policy = policy }

  /// Decodes a head that HTTP found well-formed.
  ///
  /// - Parameters:
  ///   - head: the head, whose ranges point into `bytes`.
  ///   - bytes: the request.
  ///   - now: when it arrived.
  ///   - callers: the callers and their rights.
  ///   - request: receives the result.
  /// - Returns: what is wrong with the request; nil when it can be carried out.
  public func decode(
    _ head: borrowing RequestHead, _ bytes: RawSpan, at now: Instant,
    for callers: CallerTable, into request: inout DecodedRequest
  ) -> Problem? {
    let (route, id) = Route.find(head.path, in: bytes)
    begin(&request, head, route, at: now)
    if head.method == .other || head.method == .connect { return .methodNotImplemented }
    if route == .unknown { return .noSuchPath }
    guard route.has(head.method) else { return .methodNotAllowed(route) }
    if !route.isOperators,
      let problem = callers.admit(
        head, bytes, to: route, into: &request.command.namespace, &request.exchange.caller)
    {
      return problem
    }
    if case .length(let length) = head.framing, length > policy.largestBody {
      return .bodyTooLarge
    }
    if route.isOperators { return nil }
    return decodeDeadline(head, bytes, &request, at: now)
      ?? decodeID(id, bytes, &request)
      ?? decodeVerb(head, bytes, &request)
  }

  private func begin(
    _ request: inout DecodedRequest, _ head: borrowing RequestHead, _ route: Route, at now: Instant
  ) {
    request.exchange.route = route
    request.exchange.method = head.method
    request.exchange.version = head.version
    request.exchange.persistence = head.persistence
    request.exchange.began = now
    request.exchange.caller = 0
    request.exchange.limit = .never
    request.exchange.hasValidators = false
    request.command.condition = .none
    request.command.needsLatest = false
    request.command.ownIdleTimeout = 0
    request.command.absoluteTimeout = 0
    request.command.unlocks = false
    request.command.heldLock = .none
    request.command.yields = false
    request.command.contentType = .empty
    request.command.payload = .empty
    request.command.id.clear()
    request.command.tag = 0
  }

  private func decodeDeadline(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest,
    at now: Instant
  ) -> Problem? {
    request.command.deadline = now + policy.deadline
    switch head.fields.only(named: "session-deadline", in: bytes) {
    case .absent: return nil
    case .repeated: return .malformedDeadline
    case .one(let value):
      guard let seconds = bytes.number(value), IdleTimeout.bounds.contains(seconds) else {
        return .malformedDeadline
      }
      request.exchange.limit = now + .seconds(seconds)
      request.command.deadline = min(request.command.deadline, request.exchange.limit)
      return nil
    }
  }

  private func decodeID(
    _ range: ByteRange, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch request.exchange.route {
    case .session, .touch, .lock: break
    default: return nil
    }
    let encoded = bytes.extracting(range.indices)
    guard request.command.id.read(percentEncoded: encoded) else { return .malformedID }
    request.exchange.namespace = request.command.namespace
    return nil
  }

  private func decodeVerb(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch (request.exchange.route, head.method) {
    case (.session, .get): decodeGet(head, bytes, &request)
    case (.session, .head): decodeInspect(head, bytes, &request)
    case (.session, .put): decodePut(head, bytes, &request)
    case (.session, .delete): decodeDelete(head, bytes, &request)
    case (.touch, .post): decodeTouch(head, bytes, &request)
    case (.sessions, .post): decodeCreate(head, bytes, &request)
    case (.touches, .post): decodeTouches(head, bytes, &request)
    case (.lock, .post): decodeAcquire(head, bytes, &request)
    case (.lock, .put): decodeRenew(head, bytes, &request)
    case (.lock, .delete): decodeRelease(head, bytes, &request)
    default: .methodNotAllowed(request.exchange.route)
    }
  }

  /// `?touch=false` is the only parameter there is.
  private func decodeGet(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .get
    var parameters = QueryParameters(head.query)
    var seen = false
    while let parameter = parameters.next(in: bytes) {
      guard !seen, bytes.matches("touch", in: parameter.name), let value = parameter.value else {
        return .malformedQuery
      }
      seen = true
      if bytes.matches("false", in: value) {
        request.command.verb = .peek
      } else if !bytes.matches("true", in: value) {
        return .malformedQuery
      }
    }
    return decodeValidators(head, bytes, &request)
  }

  /// A HEAD may say whatever a GET of the same target may (RFC 9110 §9.3.2); it never slides the
  /// timeout.
  private func decodeInspect(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    let problem = decodeGet(head, bytes, &request)
    request.command.verb = .inspect
    return problem
  }

  /// If-None-Match of GET and HEAD: versions that need not be sent again (RFC 9110 §13.1.2).
  private func decodeValidators(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    if head.fields.contains(.ifMatch) { return .conditionNotSupported }
    switch head.fields.only(.ifNoneMatch) {
    case .absent: return nil
    case .repeated: return .malformedCondition
    case .one(let value):
      guard let tags = EntityTags(value, in: bytes) else { return .malformedCondition }
      request.ifNoneMatch = tags
      request.exchange.hasValidators = true
      request.command.needsLatest = true
      return nil
    }
  }

  private func decodePut(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .put
    return decodeFence(head, bytes, &request) ?? decodeCondition(head, bytes, &request)
      ?? checkWriteRule(request) ?? decodeContent(head, bytes, &request)
  }

  /// A new session under a new id: the worker chooses the id, and the store makes sure that no
  /// session has it yet. That satisfies a namespace that requires a condition.
  private func decodeCreate(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .put
    request.command.condition = .absent
    if let problem = noCondition(head) { return problem }
    return noQuery(head) ?? noLock(head, bytes) ?? decodeContent(head, bytes, &request)
  }

  private func decodeDelete(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .delete
    if head.fields.contains(.ifNoneMatch) { return .conditionNotSupported }
    return decodeFence(head, bytes, &request) ?? decodeCondition(head, bytes, &request)
  }

  private func decodeTouch(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .touch
    if head.fields.contains(.ifNoneMatch) { return .conditionNotSupported }
    return noQuery(head) ?? noLock(head, bytes) ?? decodeCondition(head, bytes, &request)
  }

  private func decodeTouches(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .touch
    if head.framing == .none { return .lengthRequired }
    if case .length(let length) = head.framing, length > TouchBatch.largestBody {
      return .bodyTooLarge
    }
    if head.fields.contains(.contentEncoding) { return .contentEncodingNotSupported }
    if let problem = noCondition(head) { return problem }
    guard case .one(let type) = head.fields.only(.contentType), MediaType.isJSON(type, in: bytes)
    else { return .notJSON }
    return noQuery(head) ?? noLock(head, bytes)
  }

  /// If-Match and If-None-Match of a request that changes a session.
  private func decodeCondition(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    let exists = head.fields.only(.ifMatch)
    let absent = head.fields.only(.ifNoneMatch)
    switch (exists, absent) {
    case (.absent, .absent): return nil
    case (.one(let value), .absent):
      guard let tags = EntityTags(value, in: bytes) else { return .malformedCondition }
      request.command.condition = tags.matchesAny ? .exists : .matches
      request.command.versions = value
      return nil
    case (.absent, .one(let value)):
      guard let tags = EntityTags(value, in: bytes) else { return .malformedCondition }
      request.command.condition = .absent
      return tags.matchesAny ? nil : .conditionNotSupported
    default: return .malformedCondition
    }
  }

  private func decodeContent(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    if head.framing == .none { return .lengthRequired }
    if case .length(let length) = head.framing, length > rules(request).largestBody {
      return .bodyTooLarge
    }
    if head.fields.contains(.contentEncoding) { return .contentEncodingNotSupported }
    if head.fields.first(named: "content-range", in: bytes) != nil {
      return .contentRangeNotSupported
    }
    return decodeContentType(head, bytes, &request) ?? decodeTimeouts(head, bytes, &request)
  }

  private func decodeContentType(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch head.fields.only(.contentType) {
    case .absent: return nil
    case .repeated: return .malformedContentType
    case .one(let value):
      guard value.count <= RecordHeader.longestContentType,
        FieldValue.isValid(bytes.extracting(value.indices))
      else { return .malformedContentType }
      request.command.contentType = value
      return nil
    }
  }

  private func decodeTimeouts(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch head.fields.only(named: "session-idle-timeout", in: bytes) {
    case .absent: break
    case .repeated: return .malformedTimeout
    case .one(let value):
      guard let seconds = bytes.number(value), IdleTimeout.bounds.contains(seconds) else {
        return .malformedTimeout
      }
      request.command.ownIdleTimeout = seconds
    }
    return decodeAbsoluteTimeout(head, bytes, &request)
  }

  /// `Session-Absolute-Timeout`, which may only shorten the namespace's.
  private func decodeAbsoluteTimeout(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch head.fields.only(named: "session-absolute-timeout", in: bytes) {
    case .absent: return nil
    case .repeated: return .malformedTimeout
    case .one(let value):
      guard let seconds = bytes.number(value), IdleTimeout.bounds.contains(seconds) else {
        return .malformedTimeout
      }
      guard seconds <= rules(request).absoluteTimeout else { return .absoluteTimeoutNotAllowed }
      request.command.absoluteTimeout = Int32(seconds)
      return nil
    }
  }

  /// The largest body that the request may have, in bytes.
  public func largestBody(_ request: borrowing DecodedRequest) -> Int {
    switch request.exchange.route {
    case .touches: TouchBatch.largestBody
    case let route where route.isOperators: policy.largestBody
    default: rules(request).largestBody
    }
  }

  /// The policy of the caller's namespace.
  func rules(_ request: borrowing DecodedRequest) -> NamespaceRules {
    policy.namespaces[Int(request.command.namespace.rawValue)]
  }

  func noCondition(_ head: borrowing RequestHead) -> Problem? {
    head.fields.contains(.ifMatch) || head.fields.contains(.ifNoneMatch)
      ? .conditionNotSupported : nil
  }

  func noQuery(_ head: borrowing RequestHead) -> Problem? {
    head.query.isEmpty ? nil : .malformedQuery
  }

  private func noLock(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Problem? {
    head.fields.first(named: "session-lock", in: bytes) == nil ? nil : .lockNotSupported
  }
}

extension SessionID {
  /// Whether the id is `.` or `..`, which a proxy that normalises paths would remove.
  var isDotSegment: Bool {
    guard count <= 2 else { return false }
    for place in 0..<count where bytes.byte(at: place) != UInt8(ascii: ".") { return false }
    return count > 0
  }

  /// Reads an id out of a path segment; false when it is not one.
  mutating func read(percentEncoded bytes: RawSpan) -> Bool {
    // Few clients encode an id that does not need it; `%` itself is never part of one.
    if assign(bytes) { return !isDotSegment }
    clear()
    var decoded = InlineArray<256, UInt8>(repeating: 0)
    var room = decoded.mutableSpan
    guard let length = PercentEncoding.decode(bytes, into: &room), length > 0 else { return false }
    for place in 0..<length where !append(decoded[place]) { return false }
    return !isDotSegment
  }
}
