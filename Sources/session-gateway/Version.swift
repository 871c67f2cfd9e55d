/// The version that `--version` prints.
enum Version {
  /// The program's version, following semver.org.
  static let number = "0.1.0"
}
