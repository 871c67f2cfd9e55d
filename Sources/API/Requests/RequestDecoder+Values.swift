// Values that fields and parameters have in common: whole seconds, and switches.

import HTTP
import Primitives
import Sessions

/// What a field says that may be sent once.
enum Given<Value> {
  /// It was not sent.
  case absent
  /// It was repeated, or its value is not one.
  case malformed
  /// It was sent with this value.
  case value(Value)
}

extension RequestDecoder {
  // Both are asked by every request, mostly in vain, so they are inlined.

  /// A field of whole seconds, 1 to 31,536,000.
  @inline(__always)
  func seconds(
    _ name: FieldName, of head: borrowing RequestHead, in bytes: RawSpan
  ) -> Given<Int> {
    switch head.fields.only(name) {
    case .absent: return .absent
    case .repeated: return .malformed
    case .one(let value):
      guard let seconds = bytes.number(value), IdleTimeout.bounds.contains(seconds) else {
        return .malformed
      }
      return .value(seconds)
    }
  }

  /// The only parameter that the query may have: `true` or `false`, and `standard` without it. Nil
  /// for a query of anything else.
  @inline(__always)
  func flag(
    _ name: StaticString, else standard: Bool, of head: borrowing RequestHead, in bytes: RawSpan
  ) -> Bool? {
    if head.query.isEmpty { return standard }
    var parameters = QueryParameters(head.query)
    guard let parameter = parameters.next(in: bytes) else { return standard }
    guard bytes.matches(name, in: parameter.name), let value = parameter.value,
      parameters.next(in: bytes) == nil
    else { return nil }
    if bytes.matches("true", in: value) { return true }
    return bytes.matches("false", in: value) ? false : nil
  }
}
