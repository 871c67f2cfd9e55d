/// The lengths of an operation's commands, in bytes: one or two commands that follow each other.
struct CommandLengths {
  /// The length of the first command, which may be the only one.
  let first: Int
  /// The length of the second command; 0 if there is none.
  let second: Int

  /// Nothing encoded yet.
  static let none = CommandLengths(0)

  /// One command.
  init(_ length: Int) {
    first = length
    second = 0
  }

  /// A first command, and a second one that makes up the rest of `total`.
  init(first: Int, of total: Int) {
    self.first = first
    second = total - first
  }

  /// The number of commands.
  var count: Int { second == 0 ? 1 : 2 }

  /// Where the last command begins, counted from the start of the first.
  var lastStart: Int { second == 0 ? 0 : first }
}
