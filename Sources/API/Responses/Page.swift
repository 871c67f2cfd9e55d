public import Primitives

/// A page for operators.
public struct Page: ~Copyable {
  /// 200 or 503.
  public let status: Int
  /// The content type.
  public let type: StaticString
  /// The content.
  public let content: ByteBuffer

  /// A page from its parts.
  public init(status: Int = 200, type: StaticString, content: consuming ByteBuffer) {
    self.status = status
    self.type = type
    self.content = content
  }

  /// A page whose content is a text.
  public init(status: Int = 200, type: StaticString, text: String) {
    var content = ByteBuffer()
    content.append(text: text)
    self.init(status: status, type: type, content: content)
  }
}
