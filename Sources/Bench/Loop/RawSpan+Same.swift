// Compares byte sequences.

import Glibc

extension RawSpan {
  /// Whether both contain the same bytes.
  func isSame(as other: RawSpan) -> Bool {
    if byteCount != other.byteCount { return false }
    if byteCount == 0 { return true }
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        unsafe memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
      }
    }
  }
}
