// The hiredis version that the program was built with: the library does not report it at run time.

import CHiredis

/// The library that parses replies.
public enum HiredisLibrary {
  /// Its version, such as "0.14.1".
  public static var version: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }
}
