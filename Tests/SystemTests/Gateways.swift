// The gateways that most tests share: one before each kind of store, started when a test first asks
// for it and kept until the run ends. Sessions of different tests meet only by their ids, so every
// test makes its own (`fresh`). What stops or starves a gateway starts one of its own.

import Foundation
import Synchronization
import TestLab

/// What a gateway keeps its sessions in.
enum Backing: String, CaseIterable, Sendable {
  /// The embedded store.
  case memory
  /// One Redis, without TLS.
  case plainNode
  /// Three primaries and three replicas, with TLS and a password.
  case tlsCluster
}

enum Gateways {
  private struct Standing: Sendable {
    var gateway: GatewayProcess
    var node: RedisServer?
    var cluster: RedisCluster?
  }

  private static let standing = Mutex<[Backing: Result<Standing, any Error>]>([:])

  /// The shared gateway before `backing`, ready to serve: two workers, all else at its default.
  static func before(_ backing: Backing) throws -> GatewayProcess {
    try stand(backing).gateway
  }

  /// The flags that point a gateway at the shared Redis of that kind.
  static func flags(_ backing: Backing) throws -> [String] {
    let standing = try stand(backing)
    if let node = standing.node { return ["--redis", node.address] }
    return try standing.cluster?.gatewayFlags() ?? []
  }

  private static func stand(_ backing: Backing) throws -> Standing {
    try standing.withLock { standing in
      let result = standing[backing] ?? Result { try start(backing) }
      standing[backing] = result
      return try result.get()
    }
  }

  private static func start(_ backing: Backing) throws -> Standing {
    let node = backing == .plainNode ? try RedisServer() : nil
    let cluster = backing == .tlsCluster ? try RedisCluster() : nil
    let flags = try cluster?.gatewayFlags() ?? node.map { ["--redis", $0.address] } ?? []
    let gateway = try GatewayProcess(flags + ["--workers", "2"], until: .ready)
    return Standing(gateway: gateway, node: node, cluster: cluster)
  }
}

/// An id that no other test has.
func fresh(_ name: String = #function) -> String {
  name.prefix { $0.isLetter } + "-" + UUID().uuidString
}

/// `/v1/sessions/` and an id that no other test has.
func freshPath(_ name: String = #function) -> String { "/v1/sessions/" + fresh(name) }

/// `count` bytes that differ from place to place and from seed to seed. Made eight at a time: a debug
/// build takes tens of nanoseconds for each step, and a flood is a hundred megabytes.
func payload(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed
  return unsafe Array(unsafeUninitializedCapacity: count) { bytes, filled in
    while filled < count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // The low bits of such a state have short periods.
      var word = state ^ state >> 33
      let length = min(8, count - filled)
      unsafe memcpy(bytes.baseAddress! + filled, &word, length)
      filled += length
    }
  }
}

extension GatewayProcess {
  /// One request on a connection of its own.
  func ask(
    _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8]? = nil
  ) throws -> RawHTTP.Response {
    try connect().exchange(method, target, fields: fields, body: body)
  }
}
