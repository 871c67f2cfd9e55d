/// What a field's value may hold (RFC 9110 §5.5).
public enum FieldValue {
  /// Whether `bytes` can be sent as a field's value: visible ASCII, spaces and tabs, but no space
  /// or tab at either end, where a reader would drop it.
  public static func isValid(_ bytes: RawSpan) -> Bool {
    let end = bytes.byteCount
    if end == 0 { return true }
    if Octet.isBlank(bytes[0]) || Octet.isBlank(bytes[end - 1]) { return false }
    var at = 0
    while true {
      at = bytes.firstControl(from: at, to: end, ascii: true)
      if at == end { return true }
      if bytes[at] != Octet.tab { return false }
      at += 1
    }
  }

  /// Whether a received value may hold the byte: anything but control bytes other than the tab.
  /// `obs-text` is allowed.
  @inline(__always)
  static func allows(_ byte: UInt8) -> Bool {
    byte >= Octet.space && byte != Octet.delete || byte == Octet.tab
  }
}
