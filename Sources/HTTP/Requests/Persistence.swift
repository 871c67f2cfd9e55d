/// What becomes of the connection after the response (RFC 9112 §9.3).
public enum Persistence: UInt8, Equatable, Sendable {
  case keepAlive, close
}
