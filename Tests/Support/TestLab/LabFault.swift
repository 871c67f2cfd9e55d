/// Why the lab could not do what a test asked of it: a sentence for the person who reads the
/// failed test. Tests do not tell faults apart, so there are no cases.
public struct LabFault: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// A fault that reads `description`.
  public init(_ description: String) { self.description = description }
}
