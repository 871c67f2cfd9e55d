import Redis
import Testing

@Suite("Endpoints")
struct EndpointTests {
  @Test(
    "are read and written in the same form",
    arguments: ["redis-1.example.net:7000", "10.0.0.1:1", "[::1]:65535", "[fe80::1%eth0]:7000"])
  func roundTrip(_ text: String) { #expect(Endpoint(parsing: text)?.description == text) }

  @Test("an IPv6 address is kept without its brackets")
  func brackets() {
    #expect(Endpoint(parsing: "[::1]:7000") == Endpoint(host: "::1", port: 7000))
  }

  @Test(
    "that are none",
    arguments: [
      "", ":", "a", "a:", ":1", "a:0", "a:65536", "a:-1", "a:+1", "a:1 ", " a:1", "a b:1", "a:x",
      "::1:7000", "[::1]", "[]:1", "[a]:1", "[::1:7000", "a/b:1", "redis://a:1", "a?:1", "?:1",
      "a\n:1", "é:1", "user@a:1", "a:99999999999999999999",
      String(repeating: "a", count: 256) + ":1",
    ])
  func refused(_ text: String) { #expect(Endpoint(parsing: text) == nil) }
}
