public import Primitives

/// What is known of a session that was found.
public struct SessionFacts: Equatable, Sendable {
  /// The version of the write that stored it.
  public var version: SessionVersion
  /// After how many seconds without use it ends; never 0.
  public var expiresIn: Int
  /// Where in the reply's readable bytes the content type is.
  public var contentType: ByteRange
  /// How many bytes the payload has.
  public var payloadLength: Int
  /// Where in the reply's readable bytes the payload is: at their end. Empty after `inspect`.
  public var payload: ByteRange

  /// The facts of a found session.
  public init(
    version: SessionVersion, expiresIn: Int, contentType: ByteRange, payloadLength: Int,
    payload: ByteRange
  ) {
    self.version = version
    self.expiresIn = expiresIn
    self.contentType = contentType
    self.payloadLength = payloadLength
    self.payload = payload
  }
}
