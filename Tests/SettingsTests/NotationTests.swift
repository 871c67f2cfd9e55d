import Testing

@testable import Settings

@Suite struct NotationTests {
  @Test(arguments: [
    ("0", 0), ("7", 7_000), ("500ms", 500), ("10s", 10_000), ("20m", 1_200_000),
    ("1h30m", 5_400_000), ("1d2h3m4s5ms", 93_784_005), ("365d", 31_536_000_000),
  ])
  func durations(text: String, milliseconds: Int) {
    #expect(Quantity.duration.count(in: text) == milliseconds * 1_000_000)
  }

  @Test(arguments: [
    "", " ", "s", "10x", "10 s", "1.5s", "-1s", "+1s", "1m1h", "1s1s", "1s2", "10S", "99999999999d",
    "9223372036854775807", "99999999999999999999s", "1h-30m", "\u{0663}s",
  ])
  func notDurations(text: String) {
    #expect(Quantity.duration.count(in: text) == nil)
  }

  @Test(arguments: [
    ("1", 1), ("1B", 1), ("64k", 65_536), ("256KiB", 262_144), ("1MiB", 1_048_576),
    ("2G", 2_147_483_648),
  ])
  func sizes(text: String, bytes: Int) {
    #expect(Quantity.size.count(in: text) == bytes)
  }

  @Test(arguments: ["", "1MB", "1kb", "1 MiB", "1.5MiB", "MiB", "9999999999GiB", "0x10"])
  func notSizes(text: String) {
    #expect(Quantity.size.count(in: text) == nil)
  }

  @Test(arguments: ["1s", "20m", "90m", "500ms", "365d", "25h"])
  func aDurationIsShownAsItIsRead(text: String) throws {
    let count = try #require(Quantity.duration.count(in: text))
    #expect(Quantity.duration.count(in: Quantity.duration.text(for: count)) == count)
  }

  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:1", "::1", 1),
    ("a-b.c_d:65535", "a-b.c_d", 65535),
  ])
  func addresses(text: String, host: String, port: UInt16) {
    #expect(HostPort(text) == HostPort(host: host, port: port))
    #expect(HostPort(text)?.description == text)
  }

  @Test(arguments: [
    "", ":", "a", "a:", ":1", "a:65536", "a:-1", "a:+1", "a:1:", "::1:8080", "[::1]", "[::1]8080",
    "[a]:1", "[127.0.0.1]:1", "[]:1", "a b:1", "a/b:1", "\u{E4}:1", "a:1 ", "a:\u{0661}",
  ])
  func notAddresses(text: String) {
    #expect(HostPort(text) == nil)
  }

  @Test(arguments: [
    ("abc", "abc", 0), ("", "abc", 3), ("abc", "acb", 1), ("abc", "abd", 1), ("abc", "ab", 1),
    ("kitten", "sitting", 3), ("ca", "abc", 3),
  ])
  func distances(left: String, right: String, distance: Int) {
    #expect(Suggestion.distance(left, right) == distance)
    #expect(Suggestion.distance(right, left) == distance)
  }

  @Test func theNearestNameIsSuggestedUnlessItIsFar() {
    let names = ["listen", "admin-listen", "workers"]
    #expect(Suggestion.nearest(to: "lisetn", among: names) == "listen")
    #expect(Suggestion.nearest(to: "WORKER", among: names) == "workers")
    #expect(Suggestion.nearest(to: "deadline", among: names) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "a", count: 65), among: names) == nil)
  }
}
