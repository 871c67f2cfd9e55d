/// What an encoded response says, for counting and logging.
public struct EncodedResponse: Equatable, Sendable {
  /// Its status.
  public let status: Int
  /// The problem that it reports; nil if none.
  public let problem: Problem?

  /// A response that reports no problem.
  public init(_ status: Int) {
    self.status = status
    problem = nil
  }

  /// A response that reports a problem.
  public init(_ problem: Problem) {
    status = problem.status
    self.problem = problem
  }
}
