import Primitives

/// What a request to end (SIGTERM, SIGINT) means: the first one drains, a later one stops at once.
struct Termination {
  /// What to do about a request.
  enum Step: Equatable {
    case drain, stop
    /// Nothing: it is the first request, delivered twice.
    case ignore
  }

  /// How long after the first request another one is ignored: wrappers such as timeout(1) signal a
  /// process and then its group, which includes it.
  static let echo = TimeSpan.milliseconds(100)

  private var since: Instant?

  /// Takes a request, and returns what to do about it.
  mutating func request(at now: Instant) -> Step {
    guard let since else {
      since = now
      return .drain
    }
    return now - since < Self.echo ? .ignore : .stop
  }
}
