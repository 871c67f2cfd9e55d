// Shared by the commands that take the gateway's settings: they accept the same flags, environment
// and file as `serve`, and so refer to the same gateway.

import ArgumentParser
import Glibc
import Settings

/// The arguments of a command that takes the gateway's settings.
enum SettingsArguments {
  /// Loads the settings. Prints mistakes and warnings; an error ends the program with 2.
  static func load(_ arguments: [String]) throws -> Settings {
    switch Settings.load(arguments: arguments, environment: environment()) {
    case .refused(let mistakes):
      StandardError.write(mistakes.report)
      throw ExitCode(2)
    case .loaded(let settings, let warnings):
      if !warnings.isEmpty { StandardError.write(warnings.report) }
      return settings
    }
  }

  /// Removes a command's own `--name VALUE` or `--name=VALUE` from the arguments. If it is
  /// repeated, the last value counts; nil if it is absent.
  static func take(_ name: String, from arguments: inout [String]) throws -> String? {
    var value: String?
    while let place = arguments.firstIndex(where: { $0 == name || $0.hasPrefix(name + "=") }) {
      let argument = arguments.remove(at: place)
      if argument == name {
        guard place < arguments.count else { throw ValidationError("\(name) needs a value") }
        value = arguments.remove(at: place)
      } else {
        value = String(argument.dropFirst(name.count + 1))
      }
    }
    return value
  }

  /// Removes a command's own `--name` from the arguments, and returns whether it was there.
  static func takeSwitch(_ name: String, from arguments: inout [String]) -> Bool {
    let count = arguments.count
    arguments.removeAll { $0 == name }
    return arguments.count < count
  }

  /// Removes a command's own whole number, which may be followed by KiB or MiB.
  static func count(
    _ name: String, _ range: ClosedRange<Int>, from arguments: inout [String]
  ) throws -> Int? {
    guard let text = try take(name, from: &arguments) else { return nil }
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("", 1)]
    let (unit, factor) = units.first { text.hasSuffix($0.0) } ?? ("", 1)
    guard let number = Int(text.dropLast(unit.count)),
      case let (value, isTooLarge) = number.multipliedReportingOverflow(by: factor), !isTooLarge,
      range.contains(value)
    else {
      throw ValidationError(
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The environment variables. Of two with the same name the first counts, as in `getenv`.
  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      unsafe next += 1
      guard let equals = text.firstIndex(of: "=") else { continue }
      let name = String(text[..<equals])
      if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
    }
    return variables
  }
}
