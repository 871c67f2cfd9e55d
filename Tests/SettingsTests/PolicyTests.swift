import Primitives
import Settings
import Testing

@Suite("Policies of namespaces")
struct PolicyTests {
  @Test("The config file gives namespaces rules of their own")
  func policies() throws {
    let file = try Scratch(
      """
      idle-timeout: 5m
      namespaces:
        shop:
          absolute-timeout: 12h
          writes: conditional
          max-body: 64KiB
          lock-lease: 10s
        my.forum:
          idle-timeout: 1h
          lock-lease-max: 60s
      """)
    let settings = try load(["--config", file.path])
    let policies = settings.policies.sorted { $0.name < $1.name }
    try #require(policies.map(\.name) == ["my.forum", "shop"])
    #expect(policies[0].timeouts.idleTimeout == .seconds(3_600))
    #expect(policies[0].timeouts.absoluteTimeout == nil && policies[0].writes == .free)
    #expect(policies[0].lockLeaseMax == .seconds(60) && policies[0].maxBody == nil)
    #expect(policies[1].timeouts.idleTimeout == .seconds(300))
    #expect(policies[1].timeouts.absoluteTimeout == .seconds(43_200))
    #expect(policies[1].writes == .conditional && policies[1].maxBody == 65_536)
    #expect(policies[1].lockLease == .seconds(10))
  }

  @Test("A lease that is not written is no longer than the longest")
  func shortLeases() throws {
    let file = try Scratch("namespaces: {a: {lock-lease-max: 20s}, b: {lock-lease-max: 2m}}\n")
    let policies = try load(["--config", file.path]).policies.sorted { $0.name < $1.name }
    #expect(policies.map(\.lockLease) == [.seconds(20), .seconds(30)])
  }

  @Test("All mistakes in policies are told at once")
  func mistakes() throws {
    let file = try Scratch(
      """
      namespaces:
        a: {writes: never, idle-timeout: 0s, colour: red}
        b: {lock-lease: 90s, lock-lease-max: 60s}
      """)
    let texts = complaints(["--config", file.path])
    #expect(texts.count == 4)
    for word in [
      "namespaces.a.writes", "namespaces.a.idle-timeout", "namespaces.a.colour",
      "namespaces.b.lock-lease",
    ] {
      #expect(texts.contains { $0.contains(word) }, "\(word)")
    }
  }

  @Test("A body that no request may have is told")
  func uselessRoom() throws {
    let file = try Scratch("namespaces: {a: {max-body: 64KiB}, b: {max-body: 65537}}\n")
    let arguments = ["--config", file.path, "--max-body"]
    #expect(complaints(arguments + ["65537"]) == [])
    #expect(
      complaints(arguments + ["64KiB"]) == [
        "namespaces.b.max-body has no effect beyond --max-body; shorten it, or raise that"
      ])
    #expect(try load(arguments + ["64KiB"]).policies.count == 2)
  }
}
