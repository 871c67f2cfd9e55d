// A subcommand whose flags are settings. They are declared in one table, not here, so the argument
// parser passes all of them through, the requests for help and for the version included.

import ArgumentParser

/// A subcommand that reads settings from its arguments.
protocol SettingsCommand: ParsableCommand {
  /// What follows the subcommand's name.
  var arguments: [String] { get }
  /// Carries it out; nobody has asked for help or for the version.
  func run(with arguments: [String]) throws
}

extension SettingsCommand {
  func run() throws {
    if arguments.contains("--help") || arguments.contains("-h") {
      throw CleanExit.helpRequest(self)
    }
    if arguments.contains("--version") { throw CleanExit.message(Version.number) }
    try run(with: arguments)
  }
}
