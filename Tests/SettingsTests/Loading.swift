/// What the suites of this folder share: loading with invented sources, and files that last as long
/// as a test.

import Glibc
import Settings
import Testing

/// The settings; a refusal fails the test with what it says.
func load(_ arguments: [String] = [], _ environment: [String: String] = [:]) throws -> Settings {
  switch Settings.load(arguments: arguments, environment: environment) {
  case .loaded(let settings, _): return settings
  case .refused(let mistakes): throw Refusal(text: mistakes.report)
  }
}

/// Everything that is said, errors and warnings, in order.
func complaints(_ arguments: [String] = [], _ environment: [String: String] = [:]) -> [String] {
  switch Settings.load(arguments: arguments, environment: environment) {
  case .loaded(_, let warnings): warnings.map(\.text)
  case .refused(let mistakes): mistakes.map(\.text)
  }
}

struct Refusal: Error { let text: String }

/// A file under a fresh name in the temporary folder, removed with its owner.
final class Scratch {
  let path: String

  init(_ content: String, mode: mode_t = 0o600) throws {
    path = "/tmp/settings-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, mode)
    try #require(file >= 0)
    defer { close(file) }
    fchmod(file, mode)
    let bytes = Array(content.utf8)
    let count = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    try #require(count == bytes.count)
  }

  deinit { unsafe unlink(path) }
}
