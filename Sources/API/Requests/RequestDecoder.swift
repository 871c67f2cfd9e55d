// A request's head in; what it asks for, or the problem with it, out. Stateless: called once when
// the head is complete, so that a hopeless request is refused before its body arrives, and again
// when the body is there. Nothing but the id is copied.

public import HTTP
public import Primitives
import Sessions

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
    request.exchange = Exchange(route, head, at: now)
    request.command.reset()
    if head.method == .other || head.method == .connect { return .methodNotImplemented }
    if route == .unknown { return .noSuchPath }
    guard route.has(head.method) else { return .methodNotAllowed(route) }
    if !route.isOperators, let problem = admit(head, bytes, to: route, for: callers, &request) {
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

  /// Finds out who the caller is, and whether it may do what it asks for.
  private func admit(
    _ head: borrowing RequestHead, _ bytes: RawSpan, to route: Route, for callers: CallerTable,
    _ request: inout DecodedRequest
  ) -> Problem? {
    let admission = callers.admit(head, bytes, to: route)
    request.exchange.caller = admission.caller
    request.exchange.namespace = admission.namespace
    request.command.namespace = admission.namespace
    return admission.problem
  }

  private func decodeDeadline(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest,
    at now: Instant
  ) -> Problem? {
    request.command.deadline = now + policy.deadline
    switch seconds(.sessionDeadline, of: head, in: bytes) {
    case .absent: return nil
    case .malformed: return .malformedDeadline
    case .value(let seconds):
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

  /// A read slides the timeout, unless it has `?touch=false`.
  private func decodeGet(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    guard let slides = flag("touch", else: true, of: head, in: bytes) else {
      return .malformedQuery
    }
    request.command.verb = slides ? .get : .peek
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
    return noQuery(head) ?? noLock(head) ?? decodeContent(head, bytes, &request)
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
    return noQuery(head) ?? noLock(head) ?? decodeCondition(head, bytes, &request)
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
    return noQuery(head) ?? noLock(head)
  }

  /// The largest body that the request may have, in bytes. A namespace bounds only what it keeps.
  public func largestBody(_ request: borrowing DecodedRequest) -> Int {
    switch request.exchange.route {
    case .touches: TouchBatch.largestBody
    case .sessions: rules(request).largestBody
    case .session where request.command.verb == .put: rules(request).largestBody
    default: policy.largestBody
    }
  }

  /// The policy of the caller's namespace.
  func rules(_ request: borrowing DecodedRequest) -> NamespaceRules {
    policy.namespaces[Int(request.command.namespace.rawValue)]
  }

  func noQuery(_ head: borrowing RequestHead) -> Problem? {
    head.query.isEmpty ? nil : .malformedQuery
  }

  private func noLock(_ head: borrowing RequestHead) -> Problem? {
    head.fields.contains(.sessionLock) ? .lockNotSupported : nil
  }
}
