// The conditions of requests (RFC 9110 §13.1).

import HTTP
import Primitives
import Sessions

extension RequestDecoder {
  /// If-None-Match of GET and HEAD: versions that need not be sent again (RFC 9110 §13.1.2).
  func decodeValidators(
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

  /// If-Match and If-None-Match of a request that changes a session.
  func decodeCondition(
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

  func noCondition(_ head: borrowing RequestHead) -> Problem? {
    head.fields.contains(.ifMatch) || head.fields.contains(.ifNoneMatch)
      ? .conditionNotSupported : nil
  }
}
