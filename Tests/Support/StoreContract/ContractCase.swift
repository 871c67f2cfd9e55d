// One case of the contract: calls and what must come of them, as data, so that it runs against any
// store. What went differently comes out as sentences; none means that the store kept the contract.

/// A step of a case.
public enum Step: Sendable {
  /// The call must end like this.
  case expect(Call, Observation)
  /// Seconds pass.
  case advance(seconds: Int)
}

/// A story that each store must tell in the same way.
public struct ContractCase: Sendable, CustomStringConvertible {
  /// What the store must do, as a sentence.
  public let name: String
  /// How that is seen.
  public let steps: [Step]

  /// A case from its name and steps.
  public init(_ name: String, _ steps: [Step]) {
    self.name = name
    self.steps = steps
  }

  /// The name.
  public var description: String { name }

  /// How many seconds must pass in it, which costs a harness that really sleeps as many.
  public var seconds: Int {
    steps.reduce(0) { if case .advance(let seconds) = $1 { $0 + seconds } else { $0 } }
  }

  /// Runs the steps and says what went differently.
  public func violations<Harness: StoreHarness & ~Copyable>(
    on harness: inout Harness
  ) -> [String] {
    var violations: [String] = []
    for (position, step) in steps.enumerated() {
      switch step {
      case .advance(let seconds): harness.advance(by: seconds)
      case .expect(let call, let expected):
        let seen = harness.perform(call)
        guard !Self.matches(seen, expected, slack: harness.slack) else { continue }
        violations.append("step \(position + 1), \(call.verb): \(seen), not \(expected)")
      }
    }
    return violations
  }

  private static func matches(_ seen: Observation, _ expected: Observation, slack: Int) -> Bool {
    switch (seen, expected) {
    case (.found(let seen), .found(let expected)):
      return matches(seen, expected, slack: slack)
    case (.locked(let seen, let lock, let left), .locked(let expected, let sameLock, let most)):
      return matches(seen, expected, slack: slack) && lock == sameLock
        && left > 0 && (0...slack).contains(most - left)
    case (.lockHeld(let age, let left), .lockHeld(let least, let most)):
      return (0...slack).contains(age - least) && left > 0 && (0...slack).contains(most - left)
    default: return seen == expected
    }
  }

  private static func matches(
    _ seen: FoundSession, _ expected: FoundSession, slack: Int
  ) -> Bool {
    var seen = seen
    let sooner = expected.expiresIn - seen.expiresIn
    guard seen.expiresIn > 0, (0...slack).contains(sooner) else { return false }
    seen.expiresIn = expected.expiresIn
    return seen == expected
  }
}

extension Call {
  /// What a read finds after this `put`.
  ///
  /// - Parameter expiresIn: in how many seconds the session must end.
  func found(expiresIn: Int) -> Observation {
    .found(
      FoundSession(
        version: version, expiresIn: expiresIn, contentType: contentType,
        payloadLength: payload.count, payload: payload))
  }

  /// What a `lock` gets after this `put`.
  ///
  /// - Parameters:
  ///   - lock: the lock's number.
  ///   - left: in how many seconds its lease must end.
  func locked(_ lock: UInt64, _ left: Int = 30, expiresIn: Int = 1_200) -> Observation {
    guard case .found(let session) = found(expiresIn: expiresIn) else {
      preconditionFailure("a put is found")
    }
    return .locked(session, lock: lock, expiresIn: left)
  }

  /// What `inspect` finds after this `put`.
  func inspected(expiresIn: Int) -> Observation {
    .found(
      FoundSession(
        version: version, expiresIn: expiresIn, contentType: contentType,
        payloadLength: payload.count, payload: []))
  }
}
