// How many times a warm worker allocates for a request of 20 KB: never, in a debug build as in a release,
// but for the memory in which the embedded store keeps what is put. The program is run with a library that counts (`AllocationShim`), and
// the count is taken before and after a few hundred requests on one connection. What comes now and then
// and belongs to no request (a topology that is asked for again, a table that doubles) is told from
// what a request costs by taking several rounds and the least of them. A batch, which reads JSON and
// may allocate, shows that the counting works.
//
// OpenSSL 3 allocates for itself: 40 bytes three times for each record that is written, and once for
// each that is read, which come back from the same place and cost some 20 ns each. 20 KB are two
// records, so that a GET costs it 5 and a PUT, which has two replies, 7 or 8. Its buffers of 16 and
// 64 KiB stay with a node's connection; the bound of 10 finds when they do not.

import TestLab
import Testing

@Suite struct AllocationTests {
  private static let rounds = 5
  private static let requests = 200

  @Test(arguments: Backing.allCases)
  func aWarmRequestAllocatesNothing(_ backing: Backing) throws {
    try requestsAllocateNothing(backing, [])
  }

  @Test(arguments: ["text", "json"])
  func norDoesALineOfTheAccessLog(_ format: String) throws {
    try requestsAllocateNothing(.memory, ["--access-log", "--log-format", format])
  }

  private func requestsAllocateNothing(_ backing: Backing, _ flags: [String]) throws {
    let shim = try AllocationShim()
    let gateway = try GatewayProcess(
      try Gateways.flags(backing) + ["--workers", "1"] + flags, environment: shim.environment,
      until: .ready)
    #expect(shim.count.own > 0)
    let connection = try gateway.connect()
    let (path, missing) = (freshPath(), freshPath())
    let body = payload(20_480)
    func put() throws { _ = try connection.exchange("PUT", path, body: body) }
    func get() throws { _ = try connection.exchange("GET", path) }
    func touch() throws { _ = try connection.exchange("POST", "\(path)/touch", body: []) }
    func miss() throws { _ = try connection.exchange("GET", missing) }
    for _ in 0..<Self.requests {
      try put()
      try get()
      try touch()
      try miss()
    }
    #expect(try connection.exchange("GET", path).body == body)
    #expect(try connection.exchange("POST", "\(path)/touch", body: []).status == 204)
    #expect(try connection.exchange("GET", missing).status == 404)
    for (name, request) in [("PUT", put), ("GET", get), ("touch", touch), ("404", miss)] {
      let cost = try cost(shim, request)
      #expect(cost.own == (backing == .memory && name == "PUT" ? 1 : 0), "\(name)")
      #expect(cost.openSSL <= (backing == .tlsCluster ? 10 : 0), "\(name)")
    }
    let json = ["Content-Type": "application/json"]
    let batch = try cost(shim) {
      _ = try connection.exchange(
        "POST", "/v1/touches", fields: json, body: Array("{\"ids\":[\"a\"]}".utf8))
    }
    #expect(batch.own > 1)
  }

  /// Allocations a request, each kind in the round that had the fewest of it.
  private func cost(
    _ shim: AllocationShim, _ request: () throws -> Void
  ) throws -> (own: Double, openSSL: Double) {
    var (own, openSSL) = (Int.max, Int.max)
    for _ in 0..<Self.rounds {
      let before = shim.count
      for _ in 0..<Self.requests { try request() }
      let after = shim.count
      own = min(own, after.own - before.own)
      openSSL = min(openSSL, after.openSSL - before.openSSL)
    }
    return (Double(own) / Double(Self.requests), Double(openSSL) / Double(Self.requests))
  }
}
