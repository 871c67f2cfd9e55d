// Turns the tokens file into the table of callers, at the start and at each SIGHUP.

import API
import Logging
import Primitives
import Reactor
import Sessions
import Settings

/// Loads the tokens file.
enum TokensLoad {
  /// The tokens in the settings' file; nil if the settings name none. Logs each mistake.
  static func entries(
    of settings: Settings, _ log: Logger
  ) throws(StartFault) -> [TokenEntry]? {
    guard let file = settings.tokensFile else { return nil }
    let content: [UInt8]
    do throws(ValueFault) {
      content = try file.content()
    } catch {
      throw StartFault("--tokens-file \(file.path): \(error.text)")
    }
    if file.isReadableByOthers {
      log.warning("every user can read the tokens file; chmod o-r it", metadata: place(file))
    }
    let (entries, mistakes) = TokensFile.read(content)
    for mistake in mistakes {
      log.error("mistake in the tokens file: \(mistake)", metadata: place(file))
    }
    guard mistakes.isEmpty else {
      let count = mistakes.count.counted("mistake")
      throw StartFault("--tokens-file \(file.path): \(count), logged above")
    }
    return entries
  }

  /// The callers that are admitted: those with these tokens, or all if no tokens file is set.
  static func table(_ entries: [TokenEntry]?, _ namespaces: NamespaceList) -> CallerTable {
    guard let entries else { return .anonymous }
    return CallerTable(entries, namespaces: namespaces) { TokenDigest(SHA256.digest(of: $0)) }
  }

  private static func place(_ file: ReadableFile) -> Logger.Metadata { ["file": "\(file.path)"] }
}
