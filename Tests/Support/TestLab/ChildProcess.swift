// A program that a test runs beside itself. Its output goes to a file, so that nothing blocks on
// a full pipe and a failed test can be read afterwards. It ends with its last reference, at the
// end of the run, or when the run is killed (see `Nursery`); it is waited for by its id.

import Foundation
import Synchronization

/// How a process ended.
public enum ExitStatus: Equatable, Sendable {
  /// By itself, with this status.
  case exited(Int32)
  /// By this signal.
  case signaled(Int32)

  init(waited status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .signaled(signal)
  }
}

/// A running program, or one that has ended.
public final class ChildProcess: Sendable {
  /// The process id. Valid as long as `status` is nil.
  public let pid: Int32
  /// The file that holds all it wrote to its standard output and, unless told otherwise, errors.
  public let log: String
  // The lock is also what keeps a signal from meeting an id that was given to someone else.
  private let ending = Mutex<ExitStatus?>(nil)

  /// Starts `program`, found by PATH unless it names a folder.
  ///
  /// - Parameters:
  ///   - environment: set on top of the test run's own; an empty value takes a name away.
  ///   - log: the file its output is appended to.
  ///   - errors: the file its standard error is appended to; `log` when nil.
  ///   - input: the file it reads.
  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    log: String, errors: String? = nil, input: String = "/dev/null"
  ) throws {
    self.log = log
    let variables = Self.variables(ProcessInfo.processInfo.environment, and: environment)
    pid = try Nursery.spawn(
      Nursery.Birth(
        command: [program] + arguments, environment: variables.map { "\($0)=\($1)" },
        input: input, output: log, errors: errors ?? log, network: PrivateNetwork.current))
    Leftovers.add(child: pid)
  }

  /// What a child is given of the run's own variables, and of those that a test sets.
  static func variables(
    _ own: [String: String], and given: [String: String]
  ) -> [String: String] {
    // What the run itself is told is not meant for the gateways it starts.
    own.filter { name, _ in !name.hasPrefix("SESSION_GATEWAY_") }.merging(given) { $1 }
      .filter { !$1.isEmpty }
  }

  deinit {
    kill9()
    _ = try? wait()
  }

  /// How it ended; nil while it runs.
  public var status: ExitStatus? {
    ending.withLock { ending in
      if ending == nil {
        var status: Int32 = 0
        if unsafe waitpid(pid, &status, WNOHANG) == pid {
          ending = ExitStatus(waited: status)
          Leftovers.forget(child: pid)
        }
      }
      return ending
    }
  }

  /// Whether it has not ended. A paused process is running.
  public var isRunning: Bool { status == nil }

  /// Sends a signal, unless it has ended.
  public func send(signal: Int32) {
    if status != nil { return }
    // Nobody else waits for this child, so an id that was not yet waited for is still its own.
    ending.withLock { if $0 == nil { kill(pid, signal) } }
  }

  /// Asks it to end (SIGTERM).
  public func terminate() { send(signal: SIGTERM) }

  /// Ends it without asking (SIGKILL).
  public func kill9() { send(signal: SIGKILL) }

  /// Stops it in its tracks, its connections open (SIGSTOP), and waits until it stands still: until
  /// one of its threads has taken the signal, the others go on.
  public func pause() {
    send(signal: SIGSTOP)
    // That it ended is told too, and left to be waited for.
    let told = WSTOPPED | WEXITED | WNOWAIT
    while waitid(P_PID, id_t(pid), nil, told) < 0, errno == EINTR {}
  }

  /// Lets a paused process go on (SIGCONT).
  public func resume() { send(signal: SIGCONT) }

  /// Waits until it ends.
  @discardableResult
  public func wait(within limit: Duration = .seconds(60)) throws -> ExitStatus {
    try eventually("process \(pid) ends", within: limit) { status != nil }
    return ending.withLock { $0 }!
  }

  /// Waits until `condition` holds, and fails at once when the process ends before.
  public func wait(
    until what: String, within limit: Duration = .seconds(60), _ condition: () throws -> Bool
  ) throws {
    try eventually(what, within: limit) {
      if try condition() { return true }
      guard let status else { return false }
      throw LabFault("process \(pid) ended (\(status)) before \(what):\n\(text(of: log))")
    }
  }

  /// Bytes of memory that it holds resident. One that has ended holds more than any bound.
  public var residentBytes: Int {
    if status != nil { return .max }
    let pages = text(of: "/proc/\(pid)/statm").split(separator: " ")
    return pages.count > 1 ? (Int(pages[1]) ?? 0) * Int(getpagesize()) : .max
  }

  /// How many descriptors it has open. One that has ended has more than any bound.
  public var descriptorCount: Int {
    if status != nil { return .max }
    return (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? .max
  }

  /// Seconds of processor time that it has used, in user and kernel mode.
  public var processorSeconds: Double {
    // The name, in parentheses, may hold spaces; what follows it starts with field 3.
    let fields = text(of: "/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ")
    guard let fields, fields.count > 12, let user = Double(fields[11]) else { return 0 }
    return (user + (Double(fields[12]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
