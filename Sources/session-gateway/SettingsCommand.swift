// A subcommand whose flags are settings. They are declared in one table, not here, so the argument
// parser passes all of them through, the request for help included.

import ArgumentParser

/// A subcommand that reads settings from its arguments.
protocol SettingsCommand: ParsableCommand {
  /// What follows the subcommand's name.
  var arguments: [String] { get }
  /// Carries it out; nobody has asked for help.
  func run(with arguments: [String]) throws
}

extension SettingsCommand {
  func run() throws {
    if arguments.contains("--help") || arguments.contains("-h") {
      throw CleanExit.helpRequest(self)
    }
    try run(with: arguments)
  }
}
