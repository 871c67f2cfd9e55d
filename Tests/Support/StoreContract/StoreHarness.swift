/// A store with all that it needs to be asked one call after the other. Made anew for each case:
/// its namespaces are those of `ContractNamespaces`, and they hold no session.
public protocol StoreHarness: ~Copyable {
  /// How many seconds a found session may be nearer to its end than the case says: 0 where the
  /// harness decides what time it is, 1 where it really sleeps and part of a second more may pass.
  var slack: Int { get }

  /// Performs one call and waits for its end.
  mutating func perform(_ call: Call) -> Observation

  /// Lets at least this many seconds pass, and hardly more.
  mutating func advance(by seconds: Int)
}
