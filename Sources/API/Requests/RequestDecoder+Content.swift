// What a request writes: its payload, with a content type and timeouts.

import HTTP
import Primitives
import Sessions

extension RequestDecoder {
  func decodeContent(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    if head.framing == .none { return .lengthRequired }
    if case .length(let length) = head.framing, length > rules(request).largestBody {
      return .bodyTooLarge
    }
    if head.fields.contains(.contentEncoding) { return .contentEncodingNotSupported }
    if head.fields.contains(.contentRange) { return .contentRangeNotSupported }
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
    switch seconds(.sessionIdleTimeout, of: head, in: bytes) {
    case .absent: break
    case .malformed: return .malformedTimeout
    case .value(let seconds): request.command.ownIdleTimeout = seconds
    }
    return decodeAbsoluteTimeout(head, bytes, &request)
  }

  /// `Session-Absolute-Timeout`, which may only shorten the namespace's.
  private func decodeAbsoluteTimeout(
    _ head: borrowing RequestHead, _ bytes: RawSpan, _ request: inout DecodedRequest
  ) -> Problem? {
    switch seconds(.sessionAbsoluteTimeout, of: head, in: bytes) {
    case .absent: return nil
    case .malformed: return .malformedTimeout
    case .value(let seconds):
      guard seconds <= rules(request).absoluteTimeout else { return .absoluteTimeoutNotAllowed }
      request.command.absoluteTimeout = Int32(seconds)
      return nil
    }
  }
}
