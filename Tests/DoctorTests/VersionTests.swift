import Testing

@testable import Doctor

@Suite("Redis's versions")
struct VersionTests {
  @Test(
    "What the gateway is made for",
    arguments: [
      ("7.0.11", true), ("7.0.15", true), ("7.2.4", true), ("8.2.0-rc1", true), ("7.0.10", false),
      ("6.2.14", false), ("7.4.1", false), ("8.0.3", false), ("9.0.0", false),
    ])
  func supported(text: String, isSupported: Bool) throws {
    #expect(try #require(RedisVersion(text)).isSupported == isSupported)
  }

  @Test("What is no version", arguments: ["", "7", "7.0", "a.b.c", "7.0.x", "-1.0.0", "7..1"])
  func malformed(text: String) { #expect(RedisVersion(text) == nil) }

  @Test("Versions are compared by numbers, not by letters")
  func order() {
    #expect(RedisVersion(6, 2, 10) > RedisVersion(6, 2, 9))
    #expect(RedisVersion(10, 0, 0) > RedisVersion(9, 9, 9))
    #expect(RedisVersion(6, 0, 16) < RedisVersion.oldest)
  }
}
