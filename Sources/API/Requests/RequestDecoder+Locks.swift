// Locks, as requests ask for them, name the one that the caller holds, and set its lease.

import HTTP
import Primitives
import Sessions

extension RequestDecoder {
  /// The bounds of `?wait=`, in seconds.
  private static var waits: ClosedRange<Int> { 0...60 }
  /// How many characters the id of a lock request (`Session-Lock-Request`) may have.
  private static var requestLengths: ClosedRange<Int> { 8...64 }

  /// `POST lock`. The token of a lock that the caller already holds and the id that it chose for
  /// this lock request are both optional. The worker makes the fresh token and the digest.
  func decodeAcquire(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .lock
    if let problem = noCondition(head) { return problem }
    request.lockRequest = .empty
    return decodeLease(head, bytes, &request, allowingWait: true)
      ?? decodeHeldLock(head, bytes, &request) ?? decodeLockRequest(head, bytes, &request)
  }

  /// `PUT lock`
  func decodeRenew(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .renew
    if let problem = noCondition(head) { return problem }
    return decodeLease(head, bytes, &request, allowingWait: false)
      ?? decodeHeldLock(head, bytes, &request) ?? mustHoldLock(request)
  }

  /// `DELETE lock`
  func decodeRelease(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    request.command.verb = .unlock
    if let problem = noCondition(head) { return problem }
    return noQuery(head) ?? decodeHeldLock(head, bytes, &request) ?? mustHoldLock(request)
  }

  /// Checks that a `PUT` comes with the condition or lock that the namespace requires.
  func checkWriteRule(_ request: borrowing DecodedRequest) -> Problem? {
    let (condition, isUnlocked) = (request.command.condition, request.command.heldLock.isNone)
    switch rules(request).writes {
    case .free: return nil
    case .conditional: return condition == .none && isUnlocked ? .conditionRequired : nil
    // A session that is yet to be created cannot be locked.
    case .locked: return condition != .absent && isUnlocked ? .lockRequired : nil
    }
  }

  /// `Session-Lock`: the token of the lock that the caller says it holds.
  func decodeHeldLock(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch head.fields.only(.sessionLock) {
    case .absent: return nil
    case .repeated: return .malformedLock
    case .one(let value):
      guard let token = LockToken(hexadecimal: bytes.extracting(value.indices)) else {
        return .malformedLock
      }
      request.command.heldLock = token
      return nil
    }
  }

  /// `Session-Lock` and `?unlock=true` of a write. Without `Session-Lock`, a write with
  /// `?unlock=true` would be no fenced write but a plain one, which breaks any lock there is.
  func decodeFence(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    guard let unlocks = flag("unlock", else: false, of: head, in: bytes) else {
      return .malformedQuery
    }
    request.command.unlocks = unlocks
    return decodeHeldLock(head, bytes, &request) ?? (unlocks ? mustHoldLock(request) : nil)
  }

  private func mustHoldLock(_ request: borrowing DecodedRequest) -> Problem? {
    request.command.heldLock.isNone ? .malformedLock : nil
  }

  /// `?lease=` and `?wait=`, each once.
  private func decodeLease(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest,
    allowingWait: Bool
  ) -> Problem? {
    let rules = rules(request)
    request.command.lease = rules.lease
    request.wait = 0
    var parameters = QueryParameters(head.query)
    var (hasLease, hasWait) = (false, false)
    while let parameter = parameters.next(in: bytes) {
      guard let value = parameter.value else { return .malformedQuery }
      if !hasLease, bytes.matches("lease", in: parameter.name) {
        hasLease = true
        guard let seconds = bytes.number(value), seconds >= 1, seconds <= Int(rules.longestLease)
        else { return .malformedLease }
        request.command.lease = Int32(seconds)
      } else if allowingWait, !hasWait, bytes.matches("wait", in: parameter.name) {
        hasWait = true
        guard let seconds = bytes.number(value), Self.waits.contains(seconds) else {
          return .malformedWait
        }
        request.wait = seconds
      } else {
        return .malformedQuery
      }
    }
    return nil
  }

  /// `Session-Lock-Request`: an id that the caller chose before it sent its request.
  private func decodeLockRequest(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch head.fields.only(.sessionLockRequest) {
    case .absent: return nil
    case .repeated: return .malformedLockRequest
    case .one(let value):
      guard Self.requestLengths.contains(value.count) else { return .malformedLockRequest }
      for place in value.indices {
        switch bytes.byte(at: place) {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          break
        default: return .malformedLockRequest
        }
      }
      request.lockRequest = value
      return nil
    }
  }
}

extension DecodedRequest {
  /// Whether carrying it out ends the lock that the caller holds.
  public var releasesLock: Bool {
    !command.heldLock.isNone && (command.unlocks || command.verb == .delete)
  }
}
