import CBuild

/// What the program was built from and with.
enum BuildFacts {
  /// The commit, if the build was given it.
  static var commit: String { unsafe String(cString: build_commit()) }

  /// The compiler's version.
  static var swift: String {
    #if swift(>=6.4)
      "6.4 or later"
    #elseif swift(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
