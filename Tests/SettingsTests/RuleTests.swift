import FoundationEssentials
import Testing

@testable import Settings

@Suite struct RuleTests {
  private static let line = "from the command line"

  @Test func whatBelongsTogetherMustBeThereTogether() throws {
    let pem = try Scratch("pem")
    let redis = ["--redis", "a:1"]
    #expect(
      complaints(["--tls-cert", pem.path]) == [
        "--tls-cert is set (\(Self.line)) but --tls-key is not; add it, or leave --tls-cert out"
      ])
    #expect(
      complaints(redis + ["--redis-ca", pem.path]) == [
        "--redis-ca is set (\(Self.line)) but --redis-tls is not; add it, or leave --redis-ca out"
      ])
    #expect(
      complaints(redis + ["--redis-cert", pem.path]) == [
        "--redis-cert is set (\(Self.line)) but --redis-tls and --redis-key are not; "
          + "add them, or leave --redis-cert out"
      ])
    #expect(
      complaints([], ["SESSION_GATEWAY_REDIS_PASSWORD": "hunter2"]) == [
        "SESSION_GATEWAY_REDIS_PASSWORD is set but --redis is not; "
          + "add it, or leave SESSION_GATEWAY_REDIS_PASSWORD out"
      ])
    #expect(complaints(["--redis-tls=false"]) == [])
    #expect(complaints(redis + ["--redis-tls=false", "--redis-ca", pem.path]).count == 1)
  }

  @Test(arguments: ["0.0.0.0:1", "[::]:1", "example.org:1", "127.example.org:1", "10.0.0.1:0"])
  func beyondLoopbackCallersNeedTokensOrLeave(address: String) throws {
    #expect(
      complaints(["--listen", address]) == [
        "--listen is set (\(Self.line)) beyond loopback, but callers need no token; "
          + "add --tokens-file FILE, listen on 127.0.0.1, or add --allow-anonymous"
      ])
    let tokens = try Scratch("")
    #expect(complaints(["--listen", address, "--tokens-file", tokens.path]) == [])
    #expect(complaints(["--listen", address, "--allow-anonymous"]) == [])
    #expect(complaints(["--listen", address, "--allow-anonymous=false"]).count == 1)
  }

  @Test(arguments: ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "LocalHost:1"])
  func onLoopbackCallersNeedNothing(address: String) {
    #expect(complaints(["--listen", address]) == [])
  }

  @Test func anAddressIsListenedOnOnce() {
    let both = ["--listen", "127.0.0.1:1", "--admin-listen", "127.0.0.1:1"]
    #expect(
      complaints(both) == [
        "--admin-listen is set (\(Self.line)) to the address of --listen; "
          + "choose another port, or leave it out"
      ])
    #expect(complaints(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]) == [])
    // The kernel would give the more specific one the connections to its address.
    for (one, other) in [("0.0.0.0:1", "127.0.0.1:1"), ("127.0.0.1:1", "[::]:1")] {
      let both = ["--allow-anonymous", "--listen", one, "--admin-listen", other]
      #expect(complaints(both).count == 1, "\(one), \(other)")
    }
    #expect(
      complaints(["--allow-anonymous", "--listen", "0.0.0.0:1", "--admin-listen", "127.0.0.1:2"])
        == [])
  }

  @Test func aSingleNodeHasOneAddress() {
    #expect(
      complaints(["--redis", "a:1,b:1", "--redis-topology", "single"]) == [
        "--redis-topology is set (\(Self.line)) to single but --redis names 2 nodes; "
          + "name one, or write auto"
      ])
    #expect(complaints(["--redis", "a:1", "--redis-topology", "single"]) == [])
  }

  @Test func aUserNeedsAPassword() throws {
    #expect(
      complaints(["--redis", "a:1", "--redis-user", "u"]) == [
        "--redis-user is set (\(Self.line)) but no password is; "
          + "add --redis-password-file FILE or set SESSION_GATEWAY_REDIS_PASSWORD"
      ])
    let file = try Scratch("hunter2\n")
    let user = ["--redis", "a:1", "--redis-user", "u"]
    #expect(complaints(user + ["--redis-password-file", file.path]) == [])
    #expect(complaints(user, ["SESSION_GATEWAY_REDIS_PASSWORD": "hunter2"]) == [])
  }

  @Test func aPasswordComesFromOnePlaceAndIsNotEmpty() throws {
    let file = try Scratch("hunter2\n")
    let arguments = ["--redis", "a:1", "--redis-password-file", file.path]
    #expect(
      complaints(arguments, ["SESSION_GATEWAY_REDIS_PASSWORD": "hunter2"]) == [
        "--redis-password-file is set (\(Self.line)) and SESSION_GATEWAY_REDIS_PASSWORD too; "
          + "keep one of them"
      ])
    let empty = try Scratch("\nhunter2\n")
    #expect(
      complaints(["--redis", "a:1", "--redis-password-file", empty.path]) == [
        "--redis-password-file is (not shown) (\(Self.line)): "
          + "it holds no password; write one on the first line"
      ])
  }

  @Test func aPasswordFileThatOthersCanReadIsAWarning() throws {
    let file = try Scratch("hunter2\n", mode: 0o644)
    let outcome = Settings.load(
      arguments: ["--redis", "a:1", "--redis-password-file", file.path], environment: [:])
    guard case .loaded(let settings, let warnings) = outcome else {
      Issue.record("refused")
      return
    }
    #expect(settings.redis?.password?.secret == Secret("hunter2"))
    #expect(
      warnings.map(\.text) == [
        "--redis-password-file is \"\(file.path)\" (\(Self.line)): "
          + "every user can read it; chmod o-r it"
      ])
  }

  @Test func thePasswordsOfOthersThanItsWriterAreRefusedOrMended() throws {
    func password(_ environment: [String: String]) -> Secret? {
      let outcome = Settings.load(
        arguments: ["--redis", "a:1"], environment: environment)
      guard case .loaded(let settings, _) = outcome else { return nil }
      return settings.redis?.password?.secret
    }
    for end in ["", "\n", "\r\n"] {
      #expect(password(["SESSION_GATEWAY_REDIS_PASSWORD": "hunter2\(end)"]) == Secret("hunter2"))
    }
    let latin = try Scratch("")
    let isWritten = FileManager.default.createFile(
      atPath: latin.path, contents: Data([0x70, 0xFC, 0x0A]))
    #expect(isWritten)
    #expect(
      complaints(["--redis", "a:1", "--redis-password-file", latin.path]).first?
        .hasSuffix("its first line is not UTF-8") == true)
  }

  @Test func theMemoryStoresLimitIsUselessBesideRedis() {
    #expect(
      complaints(["--redis", "a:1", "--memory-limit", "1MiB"]) == [
        "--memory-limit has no effect beside --redis, which keeps the sessions"
      ])
  }

  @Test func tokensMakeThePermissionForAnonymousCallersUseless() throws {
    let tokens = try Scratch("")
    #expect(
      complaints(["--tokens-file", tokens.path, "--allow-anonymous"]) == [
        "--allow-anonymous has no effect beside --tokens-file: every caller needs a token"
      ])
  }

  @Test func aBrokenValueDrawsNoFurtherMistakes() {
    #expect(complaints(["--listen", "nonsense", "--redis", "a", "--redis-tls"]).count == 2)
    #expect(complaints(["--listen", "0.0.0.0:1", "--allow-anonymous=maybe"]).count == 1)
  }
}
