// How many times a warm worker allocates for a request of 20 KB through the Redis store: never, in a
// release. The program is run with a library that counts (`AllocationShim`), and the count is taken
// before and after a few hundred requests on one connection. What comes now and then and belongs to
// no request (a topology that is asked for again, a table that doubles) is told from what a request
// costs by taking several rounds and the least of them.
//
// OpenSSL 3 allocates for itself: a packet of 40 bytes is put together from three for each record that
// is written, and each record that is read takes one. 20 KB are two records, so that a GET costs it 5
// and a PUT 7; 40 bytes come back from the same place each time and cost some 20 ns. Its buffers of
// 16 and 64 KiB stay with a node's connection; a bound of 8 finds when they do not.
//
// A debug build allocates more: without the optimiser generic code is not specialised, closures are
// boxed and existentials live on the heap. So the release beside the debug build is taken where there
// is one that is newer than every source, and must not allocate at all; a debug build is only held to
// a bound, which finds what allocates by the byte. `make build` makes the release; CI does.

import Foundation
import TestLab
import Testing

@Suite struct AllocationTests {
  private static let rounds = 5
  private static let requests = 200

  /// The program that is measured.
  private struct Subject {
    var program: String
    var isRelease: Bool
    /// Allocations of the program's own that a request may cost.
    var allowed: Double { isRelease ? 0 : 100 }

    init() throws {
      let debug = GatewayProcess.program as NSString
      let folder = debug.deletingLastPathComponent as NSString
      let release = (folder.deletingLastPathComponent as NSString)
        .appendingPathComponent("release/session-gateway")
      isRelease = try !Self.sources(areNewerThan: release)
      program = isRelease ? release : debug as String
    }

    private static func sources(areNewerThan program: String) throws -> Bool {
      guard FileManager.default.fileExists(atPath: program) else { return true }
      let root = (#filePath as NSString).deletingLastPathComponent + "/../.."
      let newer = try Command.succeed(
        "find", ["\(root)/Sources", "\(root)/Package.swift", "-type", "f", "-newer", program])
      return !newer.text.isEmpty
    }
  }

  @Test(arguments: [Backing.plainNode, .tlsCluster])
  func aWarmRequestAllocatesNothing(_ backing: Backing) throws {
    let subject = try Subject()
    let shim = try AllocationShim()
    let gateway = try GatewayProcess(
      try Gateways.flags(backing) + ["--workers", "1"], environment: shim.environment,
      until: .ready, program: subject.program)
    #expect(shim.count.own > 0)
    let connection = try gateway.connect()
    let path = freshPath()
    let body = payload(20_480)
    func put() throws { _ = try connection.exchange("PUT", path, body: body) }
    func get() throws { _ = try connection.exchange("GET", path) }
    for _ in 0..<Self.requests {
      try put()
      try get()
    }
    #expect(try connection.exchange("GET", path).body == body)
    for (name, request) in [("PUT", put), ("GET", get)] {
      let cost = try cost(shim, request)
      print(
        "allocations of a \(name), \(backing), \(subject.isRelease ? "release" : "debug"): \(cost)")
      #expect(cost.own <= subject.allowed, "\(name)")
      #expect(cost.openSSL <= (backing == .tlsCluster ? 8 : 0), "\(name)")
    }
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
