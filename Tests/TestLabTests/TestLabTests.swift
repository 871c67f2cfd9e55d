// The lab itself: what it starts, stops and leaves behind.

import Foundation
import Synchronization
import Testing

@testable import TestLab

@Suite("The lab", .serialized)
struct TestLabTests {
  @Test func aChildEndsAsItIsTold() throws {
    let folder = try TemporaryFolder()
    let child = try ChildProcess("sleep", ["600"], log: folder.file("log"))
    #expect(child.isRunning)
    try eventually("exec") { text(of: "/proc/\(child.pid)/comm") == "sleep\n" }
    try eventually("no descriptor but its three, once its libraries are loaded") {
      child.descriptorCount == 3
    }
    #expect(child.residentBytes > 0)
    child.pause()
    try eventually("stopped") { text(of: "/proc/\(child.pid)/stat").contains(" T ") }
    child.resume()
    child.terminate()
    #expect(try child.wait() == .signaled(SIGTERM))
    let told = try Command.run("sh", ["-c", "cat; echo oops >&2; exit 3"], input: [104, 105])
    #expect(told.status == .exited(3) && told.text == "hi" && told.errors == "oops\n")
    #expect(throws: LabFault.self) { try Command.succeed("no-such-program", []) }
  }

  @Test(.enabled(if: PrivateNetwork.isPossible))
  func aChildIsInTheNetworkOfWhoStartedIt() throws {
    @Sendable func own() throws -> String {
      try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
    }
    @Sendable func childs() throws -> String {
      try Command.succeed("readlink", ["/proc/self/ns/net"]).text
    }
    let there = try PrivateNetwork.inside { _ in (own: try own(), childs: try childs()) }
    #expect(there.own == there.childs)
    #expect(try there.own != own())
    #expect(try childs() == own())
  }

  @Test func aChildOutlivesItsThreadButNotItsReference() throws {
    let folder = try TemporaryFolder()
    let born = Mutex<(child: ChildProcess?, thread: String?)>((nil, nil))
    let files = FileManager.default
    Thread {
      let child = try? ChildProcess("sleep", ["600"], log: folder.file("log"))
      try? eventually("exec") { child.map { text(of: "/proc/\($0.pid)/comm") } == "sleep\n" }
      let thread = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
      born.withLock { $0 = (child, thread) }
    }.start()
    try eventually("it is started") { born.withLock { $0.thread != nil } }
    let thread = try #require(born.withLock { $0.thread })
    try eventually("its thread is gone") { !files.fileExists(atPath: "/proc/" + thread) }
    let pid = try #require(born.withLock { $0.child?.pid })
    #expect(throws: LabFault.self) {
      try born.withLock { $0.child }?.wait(within: .milliseconds(200))
    }
    born.withLock { $0.child = nil }
    #expect(kill(pid, 0) == -1)
  }

  @Test func whatTheRunIsToldIsNotForItsChildren() {
    let own = ["SESSION_GATEWAY_X": "x", "PATH": "/bin", "HOME": "/root"]
    let given = ["SESSION_GATEWAY_Y": "y", "HOME": "", "OTHER": "z"]
    let variables = ["SESSION_GATEWAY_Y": "y", "PATH": "/bin", "OTHER": "z"]
    #expect(ChildProcess.variables(own, and: given) == variables)
  }

  @Test func promptnessIsAskedForAgain() throws {
    var rounds = 0
    let told = try promptly(within: .milliseconds(100)) {
      rounds += 1
      if rounds < 3 { usleep(150_000) }
      return rounds
    }
    #expect(told >= 3)
    #expect(throws: LabFault.self) { try promptly(within: .zero) {} }
  }

  @Test func foldersAndPorts() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = folder!.path
    try folder!.write("secret", "x")
    let mode = try FileManager.default.attributesOfItem(atPath: path + "/secret")
    #expect(mode[.posixPermissions] as? Int == 0o600)
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
    let ports = try FreePorts.run(of: 6)
    #expect(ports == Array(ports[0]..<ports[0] + 6))
    #expect(try FreePorts.run(of: 6).allSatisfy { !ports.contains($0) })
  }

  @Test func certificates() throws {
    let authority = try CertificateAuthority()
    let good = try authority.issue("good")
    let verify = ["verify", "-CAfile", authority.certificate]
    #expect(try Command.run("openssl", verify + [good.certificate]).status == .exited(0))
    let old = try authority.issue("old", days: -1)
    let expired = try Command.run("openssl", verify + [old.certificate])
    #expect(expired.status == .exited(2) && (expired.errors + expired.text).contains("expired"))
    let other = try CertificateAuthority(name: "other").issue("stranger")
    #expect(try Command.run("openssl", verify + [other.certificate]).status == .exited(2))
  }

  @Test func aSingleRedis() throws {
    var settings = RedisServer.Settings()
    settings.password = "a b"
    settings.users = ["app on >secret ~sg:* +@all"]
    settings.tls = try RedisServer.TLS(authority: CertificateAuthority())
    let redis = try RedisServer(settings)
    try redis.command("SET", "k", "v")
    #expect(try redis.cli("GET", "k") == "v")
    #expect(try redis.answer(to: [Array("GET".utf8), [0xff, 0]]) == .null)
    #expect(throws: LabFault.self) { try redis.command("NOPE") }
    #expect(try redis.command("ACL", "LIST").elements.count == 2)
    let before = redis.process.pid
    try redis.restart()
    #expect(redis.process.pid != before)
    #expect(try redis.command("GET", "k") == .null)
  }

  @Test func aClusterOfSix() throws {
    for tls in [true, false] {
      var settings = RedisCluster.Settings()
      settings.tls = tls
      let cluster = try RedisCluster(settings)
      #expect(try cluster.primaries().count == 3 && cluster.replicas().count == 3)
      #expect(try cluster.cli("SET", "a key", "a value") == "OK")
      #expect(try cluster.cli("GET", "a key") == "a value")
      let slot = try cluster.slot(of: "a key")
      let owner = try cluster.primary(ofSlot: slot)
      let other = try cluster.primaries().first { $0.port != owner.port }!
      #expect(try cluster.reshard(slots: slot..<slot + 1, from: owner, to: other) == 1)
      #expect(try cluster.primary(ofSlot: slot).port == other.port)
      #expect(try cluster.cli("GET", "a key") == "a value")

      try cluster.setNodeTimeout(2_000)
      try other.kill9()
      // An election that a busy machine spoils is held again.
      try eventually("failover", within: .seconds(120)) {
        ((try? cluster.primary(ofSlot: slot).port) ?? other.port) != other.port
          && (try? cluster.cli("GET", "a key")) == "a value"
      }
      try cluster.setNodeTimeout(15_000)
      try other.restart()
      // It may take itself for a primary until it hears of the one that is.
      try eventually("it has come back as a replica") {
        try cluster.replicas().contains { $0.port == other.port }
      }
      try cluster.waitUntilServing()
      let node = cluster.node(4)
      node.pause()
      #expect(!node.isServing)
      node.resume()
      try cluster.waitUntilServing()
      let pids = cluster.nodes.map(\.process.pid)
      try cluster.stop()
      #expect(pids.allSatisfy { kill($0, 0) == -1 })
    }
  }

  @Test func mutualTLS() throws {
    var settings = RedisCluster.Settings()
    settings.requiresClientCertificate = true
    settings.replicas = 0
    let cluster = try RedisCluster(settings)
    #expect(try cluster.cli("SET", "k", "v") == "OK")
    let flags = try cluster.gatewayFlags()
    let bare = try Command.run(
      "redis-cli", ["-p", "\(cluster.node(0).port)", "--tls", "--cacert", flags[4], "PING"])
    #expect(bare.status != .exited(0))
    #expect(flags.contains("--redis-cert"))
  }

  // A stand-in: python's http.server in a folder that holds livez and readyz.
  @Test func aGateway() throws {
    let folder = try TemporaryFolder()
    try folder.write("livez", "ok")
    try folder.write("readyz", "ok")
    let script = try folder.write(
      "gateway",
      """
      #!/bin/sh
      echo "env: $OTHER"
      exec python3 -m http.server -d \(folder.path) --bind 127.0.0.1 "${3##*:}"
      """)
    unsafe chmod(script, 0o700)
    let gateway = try GatewayProcess(
      environment: ["OTHER": "given"], until: .ready, program: script)
    #expect(gateway.log.contains("env: given"))
    let http = try gateway.connect()
    try http.send("GET /livez HTTP/1.0\r\n\r\n")
    let answer = try http.response()
    #expect(answer.status == 200 && answer.text == "ok" && answer["content-LENGTH"] == "2")
    try http.expectClosed()
    let head = try gateway.connect().exchange("HEAD", "/livez")
    #expect(head.status == 200 && head.body.isEmpty)
    let seen = try Curl.run(["-H", "X: y", gateway.url("/readyz")])
    #expect(seen.status == 200 && seen.text == "ok" && seen.fields["content-length"] == "2")
    #expect(throws: LabFault.self) { try Curl.run([gateway.url(":1/")]) }
    #expect(try gateway.terminate() == .signaled(SIGTERM))
    #expect(throws: LabFault.self) { try GatewayProcess(program: "/bin/false") }
  }
}
