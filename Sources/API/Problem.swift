// Everything that can be wrong, and the one table of what is said about it (RFC 9457). A fault
// becomes a status here and nowhere else. Nothing of the request or the session is quoted.

public import HTTP
public import Sessions

/// Why a request is not answered as its sender hoped.
public enum Problem: Equatable, Sendable {
  /// HTTP itself refuses the request.
  case refusal(Refusal)
  /// A token is needed, and none is given.
  case tokenMissing
  /// The token is nobody's, or none.
  case tokenInvalid
  /// The caller may not do that.
  case rightMissing
  /// The path names nothing.
  case noSuchPath
  /// The resource has not that method.
  case methodNotAllowed(Route)
  /// Nobody here implements the method.
  case methodNotImplemented
  /// The id is not one.
  case malformedID
  /// A query parameter is unknown, repeated or has no meaning.
  case malformedQuery
  /// A timeout is not a whole number of seconds within the bounds, or is given twice.
  case malformedTimeout
  /// The namespace has no absolute timeout that could be shortened.
  case absoluteTimeoutNotAllowed
  /// `Session-Deadline` is not a whole number of seconds within the bounds.
  case malformedDeadline
  /// If-Match or If-None-Match is malformed, repeated, or both are given.
  case malformedCondition
  /// The method has no such condition.
  case conditionNotSupported
  /// The content type is longer than is kept, or no field value.
  case malformedContentType
  /// The content has a coding, which would not be given back.
  case contentEncodingNotSupported
  /// A part of a session cannot be written.
  case contentRangeNotSupported
  /// The body's length is not told.
  case lengthRequired
  /// The body is larger than is kept.
  case bodyTooLarge
  /// The resource reads JSON.
  case notJSON
  /// The JSON is not what the resource reads.
  case malformedJSON
  /// The request did not arrive in time.
  case requestTimeout
  /// There is no such session.
  case noSuchSession
  /// The condition did not hold; the session's version where the condition listed versions.
  case conditionFailed(present: SessionVersion?)
  /// The namespace asks for a condition or a lock with each write.
  case conditionRequired
  /// The namespace asks for a lock with each write.
  case lockRequired
  /// Somebody else holds the lock: since `age` seconds, and for `retryAfter` more at the most.
  case lockHeld(age: Int32, retryAfter: Int32)
  /// The caller does not hold the lock that it names.
  case lockLost
  /// `Session-Lock` is missing, repeated or no token.
  case malformedLock
  /// `Session-Lock-Request` is repeated, or not 8 to 64 of the characters allowed.
  case malformedLockRequest
  /// The lease is not a whole number of seconds within the namespace's bounds.
  case malformedLease
  /// `wait` is not a whole number of seconds within the bounds.
  case malformedWait
  /// The method has nothing to do with locks.
  case lockNotSupported
  /// The gateway drains.
  case draining
  /// An event loop of the gateway does not turn.
  case notLive
  /// The gateway drains, or a part of its store does not serve.
  case notReady(drains: Bool)
  /// Too much memory is held by what other clients send slowly or do not read.
  case noRoom
  /// The store could not say or do it.
  case store(StoreFault)

  /// The problem that a refusal is. One kind has one title, be it the head or chunks that show it (RFC 9457
  /// section 3.1.3).
  public init(_ refusal: Refusal) {
    self = refusal == .bodyTooLarge ? .bodyTooLarge : .refusal(refusal)
  }

  /// The status to answer with.
  public var status: Int { report.status }

  /// A stable name for programs.
  public var code: StaticString { report.code }

  /// What this kind of problem is, for people.
  public var title: StaticString { report.title }

  /// What to know about it, for people.
  public var detail: StaticString { report.detail }

  /// Whether the request was carried out, where that is a question: `no` or `unknown`.
  public var executed: StaticString? {
    switch status {
    case 503: "no"
    case 504: "unknown"
    default: nil
    }
  }

  /// After how many seconds a caller may try again, where that is worth it.
  public var retryAfter: Int? {
    if case .lockHeld(_, let seconds) = self { return Int(seconds) }
    return status == 503 ? 1 : nil
  }

  /// The value of `WWW-Authenticate`, where a token is the remedy (RFC 6750 §3).
  var challenge: StaticString? {
    switch self {
    case .tokenMissing: #"Bearer realm="session-gateway""#
    case .tokenInvalid: #"Bearer realm="session-gateway", error="invalid_token""#
    case .rightMissing: #"Bearer realm="session-gateway", error="insufficient_scope""#
    default: nil
    }
  }

  /// Whether the connection cannot be used after the answer.
  public var closesConnection: Bool {
    switch self {
    case .refusal, .requestTimeout, .draining, .noRoom, .bodyTooLarge, .lengthRequired: true
    default: false
    }
  }

  private typealias Report = (
    status: Int, code: StaticString, title: StaticString, detail: StaticString
  )

  private var report: Report {
    switch self {
    case .refusal(let refusal):
      (refusal.status, refusal.code, "The request is not acceptable HTTP.", refusal.detail)
    case .tokenMissing:
      (401, "token-missing", "A token is needed.", "Send it as Authorization: Bearer.")
    case .tokenInvalid:
      (401, "token-invalid", "The token is not known.", "Nobody here has that token.")
    case .rightMissing:
      (403, "right-missing", "The token does not allow that.", "It lacks read or write.")
    case .noSuchPath:
      (404, "no-such-path", "Nothing is here.", "The contract at /openapi.yaml lists all paths.")
    case .methodNotAllowed:
      (405, "method-not-allowed", "The method is not allowed here.", "Allow lists those that are.")
    case .methodNotImplemented:
      (501, "method-not-implemented", "The method is not implemented.", "No resource here has it.")
    case .noSuchSession:
      (404, "no-such-session", "There is no such session.", "It was removed, or it expired.")
    case .conditionFailed:
      (412, "condition-failed", "The condition does not hold.", "Nothing was changed.")
    case .conditionRequired:
      (
        428, "condition-required", "A condition is required.",
        "Send If-Match, or hold the lock, or create with If-None-Match: *."
      )
    case .lockRequired:
      (
        428, "lock-required", "The lock is required.",
        "Acquire it and send its Session-Lock, or create with If-None-Match: *."
      )
    case .lockHeld:
      (423, "locked", "Somebody else holds the lock.", "Session-Lock-Age tells for how long.")
    case .lockLost:
      (409, "lock-lost", "The lock is not yours any more.", "Nothing was changed.")
    case .requestTimeout:
      (408, "request-timeout", "The request took too long.", "It did not arrive in time.")
    case .draining:
      (503, "draining", "The gateway is shutting down.", "Another one will serve the request.")
    case .notLive:
      (503, "not-live", "The gateway hangs.", "An event loop does not turn.")
    case .notReady(let drains):
      (
        503, "not-ready", "The gateway is not ready.",
        drains ? "It is shutting down." : "Not all of its store serves."
      )
    case .noRoom:
      (503, "gateway-full", "The gateway is full.", "Requests that come slowly fill its memory.")
    case .store(let fault): Self.report(fault)
    case .malformedID, .malformedQuery, .malformedTimeout, .absoluteTimeoutNotAllowed,
      .malformedDeadline, .malformedCondition, .conditionNotSupported, .malformedContentType,
      .contentEncodingNotSupported, .contentRangeNotSupported, .lengthRequired, .bodyTooLarge,
      .notJSON, .malformedJSON, .malformedLock, .malformedLockRequest, .malformedLease,
      .malformedWait, .lockNotSupported:
      malformed
    }
  }

  /// What is wrong with a request that is good HTTP.
  private var malformed: Report {
    switch self {
    case .malformedID:
      (400, "malformed-id", "The session id is not one.", "An id is 1 to 256 of the bytes allowed.")
    case .malformedQuery:
      (400, "malformed-query", "The query is not understood.", "Parameters are known, and once.")
    case .malformedTimeout:
      (400, "malformed-timeout", "The timeout is not one.", "It is 1 to 31536000 whole seconds.")
    case .absoluteTimeoutNotAllowed:
      (
        400, "absolute-timeout-not-allowed", "The absolute timeout cannot be set.",
        "It can only shorten that of a namespace that has one."
      )
    case .malformedDeadline:
      (400, "malformed-deadline", "The deadline is not one.", "It is 1 to 31536000 whole seconds.")
    case .malformedCondition:
      (400, "malformed-condition", "The condition is not one.", "It is * or a list of tags, once.")
    case .malformedLock:
      (400, "malformed-lock", "The lock token is not one.", "Session-Lock is what lock gave.")
    case .malformedLockRequest:
      (
        400, "malformed-lock-request", "The lock request is not one.",
        "It is 8 to 64 of A-Z a-z 0-9 - _, once."
      )
    case .malformedLease:
      (
        400, "malformed-lease", "The lease is not one.",
        "It is whole seconds, at most 3600 or what the namespace has."
      )
    case .malformedWait:
      (400, "malformed-wait", "The wait is not one.", "It is 0 to 60 whole seconds.")
    case .lockNotSupported:
      (400, "lock-not-supported", "The lock means nothing here.", "See the contract.")
    case .conditionNotSupported:
      (400, "condition-not-supported", "The condition means nothing here.", "See the contract.")
    case .malformedContentType:
      (400, "malformed-content-type", "The content type is not one.", "It has at most 255 bytes.")
    case .contentEncodingNotSupported:
      (415, "content-encoding", "The content has a coding.", "Send it without Content-Encoding.")
    case .contentRangeNotSupported:
      (400, "content-range", "A session is written whole.", "Send it without Content-Range.")
    case .lengthRequired:
      (411, "length-required", "The body has no length.", "Send Content-Length, or chunks.")
    case .bodyTooLarge:
      (413, "body-too-large", "The body is too large.", "It is larger than is allowed here.")
    case .notJSON:
      (415, "not-json", "The content is not JSON.", "Send it as application/json.")
    case .malformedJSON:
      (400, "malformed-json", "The JSON is not understood.", "Send an object with a list of ids.")
    default: preconditionFailure("`report` says what else there is")
    }
  }

  private static func report(_ fault: StoreFault) -> Report {
    switch fault {
    case .unavailable:
      (503, "store-unavailable", "The store is unavailable.", "Nobody could be asked.")
    case .overloaded:
      (503, "store-overloaded", "The store is overloaded.", "Too much waits for it already.")
    case .storeFull:
      (503, "store-full", "The store is full.", "There is no room for the session.")
    case .deadlinePassed:
      (503, "deadline-passed", "The deadline passed.", "The store could not be asked in time.")
    case .outcomeUnknown:
      (504, "outcome-unknown", "The store did not answer.", "It may have been carried out.")
    case .notPermitted:
      (503, "store-refuses-gateway", "The store refuses the gateway.", "Its operator is needed.")
    case .misconfigured:
      (503, "store-refuses-command", "The store refuses the command.", "Its operator is needed.")
    case .unreadable:
      (500, "unreadable-session", "The session cannot be read.", "Something else is stored there.")
    }
  }
}
