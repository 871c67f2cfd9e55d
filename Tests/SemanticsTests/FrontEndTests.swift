// The examples of docs/front-ends.md, as they stand there, by the interpreters that they are meant for.

import Foundation
import TestLab
import Testing

@Suite("The examples for front-ends")
struct FrontEndTests {
  private let folder: TemporaryFolder
  private let gateway: GatewayProcess

  init() throws {
    folder = try TemporaryFolder()
    gateway = try GatewayProcess(["--workers", "2"])
  }

  /// All blocks of a language, one behind the other, for this gateway.
  private func blocks(of language: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = text(of: root.appending(path: "docs/front-ends.md").path)
    let blocks = page.components(separatedBy: "```\(language)\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    try #require(!blocks.isEmpty)
    return blocks.joined().replacingOccurrences(
      of: "127.0.0.1:8080", with: "127.0.0.1:\(gateway.port)")
  }

  @Test("Python: changes of four threads, none of which is lost")
  func python() throws {
    let script = try folder.write(
      "sessions.py",
      blocks(of: "python") + """

        import threading

        def sessions():
            return Sessions("127.0.0.1", \(gateway.port))

        session = sessions().create({"n": 0})

        def work():
            mine = sessions()
            for _ in range(10):
                mine.change(session, lambda value: {"n": value["n"] + 1})

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(sessions().change(session, dict), sessions().change("nobody", dict))

        """)
    #expect(try Command.succeed("python3", [script]).text == "{'n': 40} None")
  }

  @Test("PHP: requests of one session take turns, and what is not written is unlocked")
  func php() throws {
    let page = try blocks(of: "php").replacingOccurrences(
      of: "session_start();", with: "session_id($argv[1]); session_start();")
    let flags = ["-d", "session.use_cookies=0", "-d", "session.cache_limiter="]
    let count = try folder.write(
      "count.php", page + "$_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;\n")
    let look = try folder.write(
      "look.php", page + "session_abort(); echo $_SESSION['n'];\n")
    // A page that changes nothing, and one that reads twice, leave no lock behind either.
    let idle = try folder.write("idle.php", page + "session_reset();\n")
    let leave = try folder.write("leave.php", page + "session_destroy();\n")
    let workers = (0..<4).map { worker in
      let each = Array(repeating: "php \(flags.joined(separator: " ")) \(count) demo", count: 5)
      return (worker, each.joined(separator: " && "))
    }
    // The first one creates it: two that do so at once are not of one mind about who does.
    try Command.succeed("php", flags + [count, "demo"])
    let processes = try workers.map { worker, commands in
      try ChildProcess("sh", ["-c", commands], log: folder.file("worker-\(worker)"))
    }
    for process in processes {
      #expect(try process.wait() == .exited(0), "\(text(of: process.log))")
    }
    for page in [look, idle, look] {
      let told = try Command.succeed("php", flags + [page, "demo"]).text
      #expect(told == (page == look ? "21" : ""))
    }
    // An id that somebody made up is not taken.
    let strict = flags + ["-d", "session.use_strict_mode=1"]
    try Command.succeed("php", strict + [count, "invented"])
    #expect(try gateway.connect().exchange("GET", "/v1/sessions/invented").status == 404)
    #expect(try gateway.connect().exchange("POST", "/v1/sessions/demo/lock").status == 200)
    #expect(try gateway.connect().exchange("PUT", "/v1/sessions/demo", body: []).status == 204)
    try Command.succeed("php", flags + [leave, "demo"])
    #expect(try gateway.connect().exchange("GET", "/v1/sessions/demo").status == 404)
  }
}
