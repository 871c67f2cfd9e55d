internal import Gateway
internal import Settings

/// From loaded settings to the exit status.
enum Serving {
  /// Serves until it is told to end.
  static func run(_ settings: Settings) -> Int32 {
    Gateway.run(settings, version: Version.number)
  }
}
