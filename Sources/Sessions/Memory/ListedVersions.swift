import Primitives

/// The versions that a command lists, read from its request before a shard's lock is taken.
struct ListedVersions {
  private var versions = InlineArray<16, UInt64>(repeating: 0)
  private var count = 0

  /// The versions of a command whose condition lists some; nil for any other.
  init?(_ command: borrowing SessionCommand, request: RawSpan) {
    guard command.condition == .matches else { return nil }
    var list = EntityTagList(command.versions)
    while count < EntityTagList.maximum, let version = list.nextVersion(in: request) {
      versions[count] = version.bits
      count += 1
    }
  }

  /// Whether `version` is one of them.
  func contains(_ version: SessionVersion) -> Bool {
    for place in 0..<count where versions[place] == version.bits { return true }
    return false
  }
}
