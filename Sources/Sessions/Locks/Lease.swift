/// Bounds of leases, in whole seconds.
public enum Lease {
  /// How many seconds a lease may last.
  public static let bounds = 1...3_600
  /// How many seconds a lease lasts by default.
  public static let standard = 30
}
