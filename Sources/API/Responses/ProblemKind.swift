// The names of problems. They are stable: programs, alerts and readers of the access log rely on
// them.

/// The kinds of problems, each counted separately. Everything that HTTP itself refuses is one kind.
public enum ProblemKind: UInt8, CaseIterable, Sendable {
  case refusal
  case tokenMissing, tokenInvalid, rightMissing, noSuchPath, methodNotAllowed
  case methodNotImplemented, noSuchSession, conditionFailed, conditionRequired, lockRequired
  case locked, lockLost, requestTimeout, draining, notLive, notReady, gatewayFull, malformedID
  case malformedQuery, malformedTimeout, absoluteTimeoutNotAllowed, malformedDeadline
  case malformedCondition, malformedLock, malformedLockRequest, malformedLease, malformedWait
  case lockNotSupported, conditionNotSupported, malformedContentType, contentEncoding
  case contentRange, lengthRequired, bodyTooLarge, notJSON, malformedJSON, storeUnavailable
  case storeOverloaded, storeFull, deadlinePassed, outcomeUnknown, storeRefusesGateway
  case storeRefusesCommand, unreadableSession

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
    case .locked: "locked"
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
    case .contentEncoding: "content-encoding"
    case .contentRange: "content-range"
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
}
