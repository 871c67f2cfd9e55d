// What must not outlive the test run: child processes and temporary folders. Each is forgotten
// when it ends in good order; the rest goes at exit, processes first, since a living Redis would
// write into its folder again.
//
// A run that is killed cannot do this. Its children die with it all the same (see `Nursery`), and
// its folders are swept by the next run, which knows them by the dead owner's id in their names.

import Foundation
import Synchronization

enum Leftovers {
  private struct Contents: Sendable {
    var children: Set<pid_t> = []
    var folders: Set<String> = []
  }

  private static let contents = Mutex(Contents())
  // Made by its first use, once: the C library offers no way to take a registration back.
  private static let atExit: Int32 = atexit { Leftovers.clear() }

  static func add(child: pid_t) {
    _ = atExit
    contents.withLock { _ = $0.children.insert(child) }
  }

  static func forget(child: pid_t) {
    contents.withLock { _ = $0.children.remove(child) }
  }

  static func add(folder: String) {
    _ = atExit
    contents.withLock { _ = $0.folders.insert(folder) }
  }

  static func forget(folder: String) {
    contents.withLock { _ = $0.folders.remove(folder) }
  }

  private static func clear() {
    let left = contents.withLock { $0 }
    for child in left.children { kill(child, SIGKILL) }
    for child in left.children { waitpid(child, nil, 0) }
    for folder in left.folders { try? FileManager.default.removeItem(atPath: folder) }
  }
}
