// Which hiredis the program was built with: the library does not tell its version at run time.

import CHiredis

/// The library that reads replies.
public enum HiredisLibrary {
  /// Its version, such as "0.14.1".
  public static var version: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }
}
