import Primitives
import Glibc
import Synchronization
import Testing

@testable import Reactor

@Suite struct ThreadTests {
  private final class Notes: Sendable {
    let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  @Test func hasItsNameAndNoSignals() throws {
    let notes = Notes()
    let thread = try NamedThread.start(name: "a-name-that-is-too-long") {
      notes.add(KernelFile.text("/proc/thread-self/comm") ?? "none")
      var mask = sigset_t()
      _ = unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
      notes.add("\(unsafe sigismember(&mask, SIGTERM)) \(unsafe sigismember(&mask, SIGALRM))")
    }
    thread.join()
    #expect(notes.lines.withLock { $0 } == ["a-name-that-is-\n", "1 1"])
  }

  @Test func signalsComeAsValues() throws {
    let notes = Notes()
    let thread = try NamedThread.start(name: "waiter") {
      Signals.claim()
      for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] {
        _ = pthread_kill(pthread_self(), number)
        notes.add(Signals.wait().map { "\($0)" } ?? "none")
      }
      notes.add(Signals.wait(for: .milliseconds(1)).map { "\($0)" } ?? "none")
    }
    thread.join()
    #expect(notes.lines.withLock { $0 } == ["terminate", "interrupt", "hangUp", "user1", "none"])
  }

  @Test func processorsAreLimitedByTheGroup() {
    #expect(Processors.available >= 1)
    #expect(Processors.limit(cpuMax: "150000 100000\n") == 2)
    #expect(Processors.limit(cpuMax: "100000 100000\n") == 1)
    #expect(Processors.limit(cpuMax: "1 100000\n") == 1)
    for text in ["max 100000\n", "", "x y", "5", "100 0"] {
      #expect(Processors.limit(cpuMax: text) == nil)
    }
    #expect(
      ControlGroup.folders("1:cpu:/x\n0::/a/b\n")
        == ["/sys/fs/cgroup", "/sys/fs/cgroup/a", "/sys/fs/cgroup/a/b"])
    #expect(ControlGroup.folders("") == ["/sys/fs/cgroup"])
  }

  @Test func descriptorsAreRaisedToTheHardLimit() {
    let before = Descriptors.limit
    let after = Descriptors.raiseLimit()
    #expect(before > 0 && after >= before && Descriptors.limit == after)
  }
}
