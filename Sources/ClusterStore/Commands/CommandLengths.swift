/// How long an operation's commands are, in bytes: one or two, which follow each other.
struct CommandLengths {
  /// The first one's, which is the only one's where there is but one.
  let first: Int
  /// The second one's; 0 where there is none.
  let second: Int

  /// None yet.
  static let none = CommandLengths(0)

  /// One command.
  init(_ length: Int) {
    first = length
    second = 0
  }

  /// A first command, and a second one that takes the rest of `total`.
  init(first: Int, of total: Int) {
    self.first = first
    second = total - first
  }

  /// How many commands there are.
  var count: Int { second == 0 ? 1 : 2 }

  /// Where the last command begins, behind the start of the first.
  var lastStart: Int { second == 0 ? 0 : first }
}
