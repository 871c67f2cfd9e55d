// Who else is there in a soak: a caller that uses everything the contract has and checks each answer,
// peers that mean no good, and an operator who scrapes and reloads. Each on a thread of its own.

import Foundation
import Synchronization
import TestLab

/// Something that goes on beside the load until it is told to end, or fails.
final class Company: Sendable {
  private struct State {
    var rounds = 0
    var fault: String?
    var isEnding = false
    var isOver = false
  }

  private let state = Mutex(State())
  private let name: String

  /// Starts a thread that calls `round` again and again with the round's number.
  init(_ name: String, _ round: @escaping @Sendable (Int) throws -> Void) {
    self.name = name
    let thread = Thread { [self] in
      while !state.withLock({ $0.isEnding }) {
        do {
          try round(rounds)
          state.withLock { $0.rounds += 1 }
        } catch {
          state.withLock { state in
            state.fault = "\(name), round \(state.rounds): \(error)"
            state.isEnding = true
          }
        }
      }
      state.withLock { $0.isOver = true }
    }
    thread.start()
  }

  /// How many rounds went well.
  var rounds: Int { state.withLock { $0.rounds } }

  /// Ends it after its round, and says what went wrong, if anything did.
  func end() throws -> String? {
    state.withLock { $0.isEnding = true }
    try eventually("\(name) ends", within: .seconds(90)) { state.withLock { $0.isOver } }
    return state.withLock { $0.fault }
  }
}

extension Company {
  /// One session's life: created, read, touched, locked, written with the lock and with its version,
  /// removed. Every fifth round on a connection of its own.
  static func caller(port: Int, _ fields: [String: String]) throws -> Company {
    let connection = Mutex(try RawHTTP(port: port))
    return Company("the caller") { round in
      if round % 5 == 0 {
        let fresh = try RawHTTP(port: port)
        connection.withLock { $0 = fresh }
      }
      let open = connection.withLock { $0 }
      @discardableResult func ask(
        _ method: String, _ target: String, _ more: [String: String] = [:], _ body: [UInt8]? = nil,
        expect status: Int
      ) throws -> RawHTTP.Response {
        let all = fields.merging(more) { $1 }
        let answer = try open.exchange(method, target, fields: all, body: body)
        guard answer.status == status else {
          throw LabFault("\(method) \(status) expected: \(answer.status) \(answer.text)")
        }
        return answer
      }
      let made = try ask("POST", "/v1/sessions", [:], payload(300), expect: 201)
      guard let path = made["Location"], let tag = made["ETag"] else { throw LabFault("no place") }
      let id = path.split(separator: "/").last!
      try ask("GET", path, ["If-None-Match": tag], expect: 304)
      try ask("HEAD", path, expect: 200)
      try ask("POST", path + "/touch", expect: 204)
      let json = ["Content-Type": "application/json"]
      let batch = Array("{\"ids\":[\"\(id)\",\"none-\(id)\"]}".utf8)
      let touched = try ask("POST", "/v1/touches", json, batch, expect: 200)
      guard touched.text == "{\"touched\":1,\"missing\":[\"none-\(id)\"]}" else {
        throw LabFault("touches: \(touched.text)")
      }
      let lock = try ask("POST", path + "/lock?wait=5", expect: 200)
      guard lock.body == payload(300), let token = lock["Session-Lock"] else {
        throw LabFault("the lock's answer is not the session")
      }
      try ask("POST", path + "/lock", expect: 423)
      let held = ["Session-Lock": token]
      try ask("PUT", path + "/lock", held, expect: 204)
      let written = try ask("PUT", path + "?unlock=true", held, payload(30_000), expect: 204)
      try ask("PUT", path, ["If-Match": tag], [1], expect: 412)
      try ask("PUT", path, ["If-Match": written["ETag"] ?? ""], payload(70_000), expect: 204)
      guard try ask("GET", path, expect: 200).body == payload(70_000) else {
        throw LabFault("other bytes than were put")
      }
      try ask("DELETE", path, expect: 204)
      try ask("GET", path, expect: 404)
    }
  }

  /// A new peer of the next kind in each round; the oldest goes when there are 60. None of them minds
  /// what becomes of it.
  static func hostiles(port: Int, _ field: String, large path: String) -> Company {
    let crowd = Mutex<[RawHTTP]>([])
    return Company("hostile peers") { round in
      guard let peer = try? RawHTTP(port: port, within: .seconds(1)) else { return }
      hostility(round, on: peer, field, path)
      let (old, drips) = crowd.withLock { crowd in
        crowd.append(peer)
        return (crowd.count > 60 ? crowd.removeFirst() : nil, crowd)
      }
      if round % 2 == 0 { old?.abort() } else { old?.close() }
      // Who has sent a part sends another byte of it.
      for drip in drips where round % 8 == 0 { try? drip.send("x") }
      usleep(10_000)
    }
  }

  private static let block = payload(50_000)

  private static func hostility(
    _ round: Int, on peer: RawHTTP, _ field: String, _ path: String
  ) {
    let head = "\(path) HTTP/1.1\r\nHost: a\r\n\(field)"
    switch round % 9 {
    case 0: break
    case 1: try? peer.send("GET \(head)X-Slow: ")
    case 2:
      try? peer.send(Array("PUT \(head)Content-Length: 900000\r\n\r\n".utf8) + block)
    case 3: try? peer.send("PUT \(head)Transfer-Encoding: chunked\r\n\r\nff\r\nslow")
    case 4: try? peer.send(String(repeating: "GET \(head)\r\n", count: 20))
    case 5:
      try? peer.send("GET \(head)\r\n")
      peer.abort()
    case 6: try? peer.send(block)
    case 7:
      try? peer.send("POST \(path)/lock?wait=60 HTTP/1.1\r\nHost: a\r\n\(field)\r\n")
      peer.finish()
    default: try? peer.send("GET \(head)X-Long: \(String(repeating: "y", count: 20_000))")
    }
  }

  /// Metrics, health and readiness five times a second, and every second a reload. A node that a busy
  /// machine holds up for a second makes the gateway unready until it answers.
  static func operatorAtWork(_ gateway: GatewayProcess) -> Company {
    Company("the operator") { round in
      for page in ["/metrics", "/health", "/readyz"] { try gateway.wait(for: page) }
      if round % 5 == 0 { gateway.process.send(signal: SIGHUP) }
      usleep(200_000)
    }
  }
}
