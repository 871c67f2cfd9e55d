// A program that is run to its end: what it wrote and how it ended. The lab's openssl, redis-cli
// and curl.

import Foundation
import Synchronization

/// What a program that has ended left.
public struct Command: Sendable {
  /// How it ended.
  public let status: ExitStatus
  /// What it wrote to its standard output.
  public let output: [UInt8]
  /// What it wrote to its standard error.
  public let errors: String

  /// The output as text, without the line end that most programs close with.
  public var text: String {
    String(decoding: output.last == 10 ? output.dropLast() : output[...], as: UTF8.self)
  }

  /// Runs `program` and waits until it has ended.
  ///
  /// - Parameters:
  ///   - environment: set on top of the test run's own. Secrets go here, never into arguments.
  ///   - input: what it reads.
  public static func run(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    input: [UInt8] = [], within limit: Duration = .seconds(120)
  ) throws -> Command {
    let folder = try TemporaryFolder()
    let child = try ChildProcess(
      program, arguments, environment: environment, log: folder.file("output"),
      errors: folder.file("errors"), input: folder.write("input", input))
    let status = try child.wait(within: limit)
    return Command(
      status: status, output: bytes(of: folder.file("output")),
      errors: TestLab.text(of: folder.file("errors")))
  }

  /// Runs `program`, and throws what it complained of when it fails.
  @discardableResult
  public static func succeed(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    input: [UInt8] = []
  ) throws -> Command {
    let done = try run(program, arguments, environment: environment, input: input)
    guard done.status == .exited(0) else {
      throw LabFault("\(program) failed (\(done.status)): \(done.errors)\(done.text)")
    }
    return done
  }
}
