/// What `--version` says.
enum Version {
  /// The version of the program, by the rules of semver.org.
  static let number = "0.1.0"
}
