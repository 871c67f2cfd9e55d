// The one table of what is said about problems (RFC 9457): a fault becomes a status here and nowhere
// else. Codes are stable: programs, alerts and readers of the access log rely on them.

/// The kinds of problems, each counted separately. Everything that HTTP itself refuses is one kind.
public enum ProblemKind: UInt8, CaseIterable, Sendable {
  case refusal
  case tokenMissing, tokenInvalid, rightMissing, noSuchPath, methodNotAllowed
  case methodNotImplemented, noSuchSession, conditionFailed, conditionRequired, lockRequired
  case lockHeld, lockLost, requestTimeout, draining, notLive, notReady, gatewayFull, malformedID
  case malformedQuery, malformedTimeout, absoluteTimeoutNotAllowed, malformedDeadline
  case malformedCondition, malformedLock, malformedLockRequest, malformedLease, malformedWait
  case lockNotSupported, conditionNotSupported, malformedContentType, contentEncodingNotSupported
  case contentRangeNotSupported, lengthRequired, bodyTooLarge, notJSON, malformedJSON
  case storeUnavailable, storeOverloaded, storeFull, deadlinePassed, outcomeUnknown
  case storeRefusesGateway, storeRefusesCommand, unreadableSession

  /// Its name in a problem's `code` and in labels.
  public var code: StaticString {
    switch self {
    case .refusal: "refusal"
    case .tokenMissing: "token-missing"
    case .tokenInvalid: "token-invalid"
    case .rightMissing: "right-missing"
    case .noSuchPath: "no-such-path"
    case .methodNotAllowed: "method-not-allowed"
    case .methodNotImplemented: "method-not-implemented"
    case .noSuchSession: "no-such-session"
    case .conditionFailed: "condition-failed"
    case .conditionRequired: "condition-required"
    case .lockRequired: "lock-required"
    case .lockHeld: "locked"
    case .lockLost: "lock-lost"
    case .requestTimeout: "request-timeout"
    case .draining: "draining"
    case .notLive: "not-live"
    case .notReady: "not-ready"
    case .gatewayFull: "gateway-full"
    case .malformedID: "malformed-id"
    case .malformedQuery: "malformed-query"
    case .malformedTimeout: "malformed-timeout"
    case .absoluteTimeoutNotAllowed: "absolute-timeout-not-allowed"
    case .malformedDeadline: "malformed-deadline"
    case .malformedCondition: "malformed-condition"
    case .malformedLock: "malformed-lock"
    case .malformedLockRequest: "malformed-lock-request"
    case .malformedLease: "malformed-lease"
    case .malformedWait: "malformed-wait"
    case .lockNotSupported: "lock-not-supported"
    case .conditionNotSupported: "condition-not-supported"
    case .malformedContentType: "malformed-content-type"
    case .contentEncodingNotSupported: "content-encoding"
    case .contentRangeNotSupported: "content-range"
    case .lengthRequired: "length-required"
    case .bodyTooLarge: "body-too-large"
    case .notJSON: "not-json"
    case .malformedJSON: "malformed-json"
    case .storeUnavailable: "store-unavailable"
    case .storeOverloaded: "store-overloaded"
    case .storeFull: "store-full"
    case .deadlinePassed: "deadline-passed"
    case .outcomeUnknown: "outcome-unknown"
    case .storeRefusesGateway: "store-refuses-gateway"
    case .storeRefusesCommand: "store-refuses-command"
    case .unreadableSession: "unreadable-session"
    }
  }

  /// The status to answer with, what this kind of problem is, and a sentence about it, the last two
  /// for people.
  var report: (status: Int, title: StaticString, detail: StaticString) {
    switch self {
    // The rule of HTTP that was broken has a status, code and detail of its own.
    case .refusal: (400, "The request is not acceptable HTTP.", "It breaks a rule of HTTP.")
    case .tokenMissing: (401, "A token is required.", "Send it as Authorization: Bearer.")
    case .tokenInvalid: (401, "The token is not known.", "No caller here has that token.")
    case .rightMissing:
      (403, "The token does not allow that.", "It lacks the right to read or to write.")
    case .noSuchPath:
      (404, "Nothing has this path.", "The contract, openapi.yaml, lists all paths.")
    case .methodNotAllowed: (405, "The method is not allowed here.", "Allow lists those that are.")
    case .methodNotImplemented:
      (501, "The method is not implemented.", "No resource here supports it.")
    case .noSuchSession: (404, "There is no such session.", "It was removed, or it expired.")
    case .conditionFailed: (412, "The condition does not hold.", "Nothing was changed.")
    case .conditionRequired:
      (
        428, "A condition is required.",
        "Send If-Match, or hold the lock, or create with If-None-Match: *."
      )
    case .lockRequired:
      (
        428, "The lock is required.",
        "Acquire it and send its Session-Lock, or create with If-None-Match: *."
      )
    case .lockHeld: (423, "The session is locked.", "Session-Lock-Age says for how long.")
    case .lockLost: (409, "The lock is no longer yours.", "Nothing was changed.")
    case .requestTimeout: (408, "The request took too long.", "It did not arrive in time.")
    case .draining: (503, "The gateway is shutting down.", "Another one will serve the request.")
    case .notLive: (503, "The gateway is stuck.", "An event loop makes no progress.")
    case .notReady: (503, "The gateway is not ready.", "Part of its store does not serve.")
    case .gatewayFull: (503, "The gateway is full.", "Slow clients fill its buffers.")
    case .malformedID: (400, "The session id is malformed.", "It must be 1 to 256 allowed bytes.")
    case .malformedQuery:
      (400, "The query is not understood.", "Give only known parameters, each once.")
    case .malformedTimeout:
      (400, "The timeout is malformed.", "It must be 1 to 31536000 whole seconds.")
    case .absoluteTimeoutNotAllowed:
      (
        400, "The absolute timeout cannot be set.",
        "It can only shorten the one that a namespace has."
      )
    case .malformedDeadline:
      (400, "The deadline is malformed.", "It must be 1 to 31536000 whole seconds.")
    case .malformedCondition:
      (400, "The condition is malformed.", "It must be * or a list of tags, once.")
    case .malformedLock:
      (400, "The lock token is malformed.", "Send the Session-Lock that lock gave.")
    case .malformedLockRequest:
      (400, "The lock request is malformed.", "It must be 8 to 64 of A-Z a-z 0-9 - _, once.")
    case .malformedLease:
      (
        400, "The lease is malformed.",
        "It must be whole seconds, up to 3600 or the namespace's limit."
      )
    case .malformedWait: (400, "The wait is malformed.", "It must be 0 to 60 whole seconds.")
    case .lockNotSupported: (400, "A lock is not supported here.", "See the contract.")
    case .conditionNotSupported: (400, "The condition is not supported here.", "See the contract.")
    case .malformedContentType:
      (400, "The content type is malformed.", "It must be at most 255 bytes.")
    case .contentEncodingNotSupported:
      (415, "The content is encoded.", "Send it without Content-Encoding.")
    case .contentRangeNotSupported:
      (400, "A session is written whole.", "Send it without Content-Range.")
    case .lengthRequired: (411, "The body has no length.", "Send Content-Length, or use chunks.")
    case .bodyTooLarge: (413, "The body is too large.", "It exceeds what is allowed here.")
    case .notJSON: (415, "The content is not JSON.", "Send it as application/json.")
    case .malformedJSON: (400, "The JSON is not understood.", "Send an object with a list of ids.")
    case .storeUnavailable: (503, "The store is unavailable.", "No node could be asked.")
    case .storeOverloaded:
      (503, "The store is overloaded.", "Too many requests wait for it already.")
    case .storeFull: (503, "The store is full.", "There is no room for the session.")
    case .deadlinePassed: (503, "The deadline passed.", "The store could not be asked in time.")
    case .outcomeUnknown:
      (504, "The store did not answer.", "The request may have been carried out.")
    case .storeRefusesGateway: (503, "The store refuses the gateway.", "Its operator must act.")
    case .storeRefusesCommand: (503, "The store refuses the command.", "Its operator must act.")
    case .unreadableSession: (500, "The session cannot be read.", "Something else is stored there.")
    }
  }
}
