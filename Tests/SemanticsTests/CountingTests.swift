// Fifty clients add 1 to a number in one session, through two gateways to a TLS cluster, while the slot
// of that session is on its way to another primary and back: not one addition is lost.
//
//   COUNTING_ADDS=200   how often each client adds; 40 unless told otherwise, 200 in `make history`

import Foundation
import TestLab
import Testing

@Suite("Counting through two gateways while a slot moves", .serialized)
struct CountingTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let adds =
    environment["COUNTING_ADDS"].flatMap { Int($0) }
    ?? (environment["HISTORY_SECONDS"] == nil ? 40 : 200)
  private static let clients = 50

  private static let lab = Result { () -> (RedisCluster, [GatewayProcess]) in
    let cluster = try RedisCluster()
    let flags = try cluster.gatewayFlags() + ["--workers", "2"]
    return (
      cluster, [try GatewayProcess(flags, until: .ready), try GatewayProcess(flags, until: .ready)]
    )
  }

  @Test("By lock")
  func byLock() throws {
    try count { connection, path in
      var locked = try connection.exchange("POST", path + "/lock?wait=20&lease=60")
      // Who waits at the other gateway may wait long: only within a gateway is there a line.
      while locked.status == 423 {
        locked = try connection.exchange("POST", path + "/lock?wait=20&lease=60")
      }
      let token = try Self.value(locked["Session-Lock"], "\(locked.status) to a lock")
      let next = try Self.number(locked) + 1
      let put = try connection.exchange(
        "PUT", path + "?unlock=true", fields: ["Session-Lock": token], body: Array("\(next)".utf8))
      guard put.status == 204 else { throw LabFault("\(put.status) to a fenced write") }
    }
  }

  @Test("By versions")
  func byVersion() throws {
    try count { connection, path in
      var patience: UInt32 = 1_000
      while true {
        let read = try connection.exchange("GET", path)
        let tag = try Self.value(read["ETag"], "\(read.status) to a read")
        let put = try connection.exchange(
          "PUT", path, fields: ["If-Match": tag], body: Array("\(try Self.number(read) + 1)".utf8))
        if put.status == 204 { return }
        guard put.status == 412 else { throw LabFault("\(put.status) to a conditional write") }
        usleep(UInt32.random(in: 0...patience))
        patience = min(patience * 2, 64_000)
      }
    }
  }

  private static func number(_ response: RawHTTP.Response) throws -> Int {
    guard let number = Int(response.text) else { throw LabFault("not a number: \(response.text)") }
    return number
  }

  private static func value(_ value: String?, _ otherwise: String) throws -> String {
    guard let value else { throw LabFault(otherwise) }
    return value
  }

  /// Lets all add while the slot moves, and looks at the sum.
  private func count(_ addOne: @escaping @Sendable (RawHTTP, String) throws -> Void) throws {
    let (cluster, gateways) = try Self.lab.get()
    let id = "\(UInt64.random(in: 0 ... .max))"
    let path = "/v1/sessions/\(id)"
    #expect(try gateways[0].connect().exchange("PUT", path, body: Array("0".utf8)).status == 201)
    let crowd = Crowd()
    let start = ContinuousClock.now
    for client in 0..<Self.clients {
      crowd.start {
        let connection = try gateways[client % 2].connect()
        for _ in 0..<Self.adds { try addOne(connection, path) }
      }
    }
    let moves = TroubleMaker(.migration, cluster, [id])
    while crowd.isAtWork || moves.count == 0 {
      try moves.act()
      usleep(20_000)
    }
    try moves.settle()
    #expect(crowd.faults.isEmpty)
    let sum = try gateways[1].connect().exchange("GET", path).text
    #expect(sum == "\(Self.clients * Self.adds)")
    print(
      "counted to \(sum) in \(ContinuousClock.now - start); the slot moved \(moves.count) times")
  }
}
