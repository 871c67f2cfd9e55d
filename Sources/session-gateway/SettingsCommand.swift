// A subcommand whose flags are settings. They are declared in the table of settings, not here, so
// the argument parser passes all of them through, including `--help` and `--version`.

import ArgumentParser

/// A subcommand that reads settings from its arguments.
protocol SettingsCommand: ParsableCommand {
  /// What follows the subcommand's name.
  var arguments: [String] { get }
  /// Runs the subcommand, when neither help nor the version was asked for.
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
