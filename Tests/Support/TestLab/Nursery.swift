// How children are spawned so that none outlives the test run, however it ends.
//
// The kernel sends a child a signal of its choice when its parent ends (PR_SET_PDEATHSIG), and
// `setpriv` of util-linux, which each Debian has, sets that and becomes the child. "Parent" is
// the *thread* that spawned, though, and threads of Swift's pool come and go. So one thread that
// lives as long as the process does all the spawning.
//
// Rejected: process groups (a test runner that is killed takes nobody along); a guardian process
// at the end of a pipe (one process more, and killing it first defeats it); Foundation's Process
// (it spawns on the caller's thread).

import Dispatch
import Foundation
import Synchronization

enum Nursery {
  private static let jobs = Mutex<[@Sendable () -> Void]>([])
  private static let bell = DispatchSemaphore(value: 0)
  private static let opened: Void = open()

  /// Starts the thread, which stays in the network of who did.
  static func prepare() { _ = opened }

  private static func open() {
    let thread = Thread {
      while true {
        bell.wait()
        let job = jobs.withLock { $0.removeFirst() }
        job()
      }
    }
    thread.name = "nursery"
    thread.start()
  }

  /// What a child is made of. It gets these three descriptors and no others.
  struct Birth: Sendable {
    /// The program, found by PATH unless it names a folder, and its arguments.
    var command: [String]
    /// `NAME=value`, the whole of the child's environment.
    var environment: [String]
    /// The files that it reads from and appends to.
    var input: String
    var output: String
    var errors: String
    /// The network that it is in; the test run's when nil.
    var network: PrivateNetwork?
  }

  /// Spawns a child and gives its process id.
  static func spawn(_ birth: Birth) throws -> pid_t {
    prepare()
    let done = DispatchSemaphore(value: 0)
    let outcome = SpawnOutcome()
    jobs.withLock {
      $0.append {
        outcome.set(spawnThere(birth))
        done.signal()
      }
    }
    bell.signal()
    done.wait()
    return try outcome.pid(of: birth.command[0])
  }

  private static func spawnThere(_ birth: Birth) -> (pid: pid_t, error: Int32) {
    guard let network = birth.network else { return spawnHere(birth) }
    return (try? network.visit { spawnHere(birth) }) ?? (0, EPERM)
  }

  private static func spawnHere(_ birth: Birth) -> (pid: pid_t, error: Int32) {
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    let append = O_WRONLY | O_CREAT | O_APPEND
    unsafe posix_spawn_file_actions_addopen(&files, 0, birth.input, O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&files, 1, birth.output, append, 0o600)
    unsafe posix_spawn_file_actions_addopen(&files, 2, birth.errors, append, 0o600)
    for descriptor in inheritable() {
      unsafe posix_spawn_file_actions_addclose(&files, descriptor)
    }

    // A child starts with no signal blocked or ignored, whatever the test runner does to its own.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    unsafe posix_spawnattr_setflags(&attributes, flags)

    let command = ["setpriv", "--pdeathsig", "KILL", "--"] + birth.command
    var pid: pid_t = 0
    let error = unsafe withArguments(command) { arguments in
      unsafe withArguments(birth.environment) { environment in
        unsafe posix_spawnp(&pid, "setpriv", &files, &attributes, arguments, environment)
      }
    }
    return (pid, error)
  }

  // The descriptors that a child would get besides its three: those that this process was itself
  // started with, and what a library opened without O_CLOEXEC. (The C library's "close from" is
  // out of Swift's sight: it is declared for _GNU_SOURCE only.)
  private static func inheritable() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.filter { descriptor in
      let flags = fcntl(descriptor, F_GETFD)
      return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
    }
  }

  private static func withArguments<R>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
  }
}

/// Where the nursery's thread leaves what became of a spawn.
private final class SpawnOutcome: Sendable {
  private let outcome = Mutex<(pid: pid_t, error: Int32)>((0, 0))

  func set(_ new: (pid: pid_t, error: Int32)) { outcome.withLock { $0 = new } }

  func pid(of program: String) throws -> pid_t {
    let (pid, error) = outcome.withLock { $0 }
    guard error == 0 else {
      throw LabFault("\(program) cannot be started by setpriv: \(Wire.reason(error))")
    }
    return pid
  }
}
