// The load of the soak: connections that put sessions and get them back, one request at a time each,
// and compare every byte. One thread and one poll for all of them, so that the clients cost little
// beside what they drive; what a request carries is copied out of one block of random bytes, and
// compared with it, by the C library, so that a debug build of the tests is fast enough.

import Foundation
import Glibc
import Synchronization
import TestLab

/// What a soak did.
struct SoakReport: Sendable {
  /// How many requests were answered as they should be.
  var requests = 0
  /// The first answer that was wrong; nil when none was.
  var fault: String?
}

/// Puts and gets sessions of `Soak.size` bytes until it is told to end.
final class Soak: Sendable {
  /// How many bytes a session has.
  static let size = 20_480

  private let ending = Atomic(false)
  private let report = Mutex<SoakReport?>(nil)

  /// Starts a thread that drives `connections` connections to the gateway on `port`. It is a thread of
  /// its own, since Swift's pool has as many as there are cores.
  ///
  /// - Parameter field: a line that each request carries besides, with its end.
  init(port: Int, connections: Int, field: String = "") {
    let thread = Thread { [self] in
      let outcome = drive(port, connections, field)
      report.withLock { $0 = outcome }
    }
    thread.start()
  }

  /// Whether it ended by itself, which it does at the first wrong answer.
  var isOver: Bool { report.withLock { $0 != nil } }

  /// Lets every connection finish its request, closes all, and says what was done.
  func end() throws -> SoakReport {
    ending.store(true, ordering: .relaxed)
    try eventually("the soak ends", within: .seconds(90)) { isOver }
    return report.withLock { $0! }
  }

  private func drive(_ port: Int, _ connections: Int, _ field: String) -> SoakReport {
    var clients: [SoakClient] = []
    defer { for client in clients { client.close() } }
    var report = SoakReport()
    do {
      for number in 0..<connections {
        clients.append(try SoakClient(port: port, number: number, field: field))
      }
      var polled = clients.map { pollfd(fd: $0.socket, events: Int16(POLLOUT), revents: 0) }
      while !clients.allSatisfy(\.isIdle) { try turn(clients, &polled, &report) }
    } catch {
      report.fault = "\(error)"
    }
    return report
  }

  /// Waits for some of the connections and lets them go on.
  private func turn(
    _ clients: [SoakClient], _ polled: inout [pollfd], _ report: inout SoakReport
  ) throws {
    guard unsafe poll(&polled, nfds_t(polled.count), 60_000) > 0 else {
      throw LabFault("no answer for 60 s")
    }
    for place in polled.indices where polled[place].revents != 0 {
      let client = clients[place]
      if try client.advance() {
        report.requests += 1
        client.isIdle = ending.load(ordering: .relaxed)
        if !client.isIdle { client.begin() }
      }
      polled[place].events = Int16(client.isSending ? POLLOUT : POLLIN)
      // A negative descriptor is passed over.
      if client.isIdle { polled[place].fd = -1 }
    }
  }
}

/// One connection of a soak.
private final class SoakClient {
  private static let keys = 4
  /// The bytes that payloads are cut from.
  private static let block = payload(3 * Soak.size, seed: 42)

  let socket: Int32
  var isIdle = false
  private let number: Int
  private let name: String
  private let field: String
  private var round = 0
  private var isPut = true
  private var request: [UInt8] = []
  private var sent = 0
  private var answer = [UInt8](repeating: 0, count: 2 * Soak.size)
  private var received = 0

  init(port: Int, number: Int, field: String) throws {
    self.number = number
    self.field = field
    name = fresh("soak")
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let socket = socket
    let failed = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe connect(
        socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(bytes.count))
    }
    guard failed == 0 else { throw LabFault("no connection to 127.0.0.1:\(port)") }
    begin()
  }

  func close() { _ = Glibc.close(socket) }

  var isSending: Bool { sent < request.count }

  private var path: String { "/v1/sessions/\(name)-\(number)-\(round % Self.keys)" }

  /// What the key and the round say that the session holds: where in the block its bytes begin.
  private var cut: Int { (number &* 7_919 &+ round &* 104_729) % (2 * Soak.size) }

  /// Makes the next request: each PUT is followed by a GET of the same session.
  func begin() {
    let head = "\(isPut ? "PUT" : "GET") \(path) HTTP/1.1\r\nHost: soak\r\n\(field)"
    request = Array((head + (isPut ? "Content-Length: \(Soak.size)\r\n\r\n" : "\r\n")).utf8)
    if isPut { request += Self.block[cut..<cut + Soak.size] }
    sent = 0
    received = 0
  }

  /// Sends or receives what the socket takes or has; whether the request is answered.
  func advance() throws -> Bool {
    if isSending {
      let count = unsafe request.withUnsafeBytes {
        unsafe send(
          socket, $0.baseAddress! + sent, $0.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 || errno == EAGAIN else { throw LabFault("sending failed: error \(errno)") }
      sent += max(0, count)
      return false
    }
    let count = unsafe answer.withUnsafeMutableBytes {
      unsafe recv(
        socket, $0.baseAddress! + received, $0.count - received, Int32(MSG_DONTWAIT))
    }
    if count < 0, errno == EAGAIN { return false }
    guard count > 0 else { throw LabFault("the gateway closed a connection") }
    received += count
    guard let head = headLength else { return false }
    guard let length = try bodyLength(head) else { return false }
    guard received <= head + length else { throw LabFault("bytes after an answer") }
    if received < head + length { return false }
    if !isPut { try compare(after: head) }
    if !isPut { round += 1 }
    isPut.toggle()
    return true
  }

  /// How many bytes the head has; nil while it is not complete.
  private var headLength: Int? { find("\r\n\r\n").map { $0 + 4 } }

  /// Where the line end is that `text` begins with; heads are short, so that this is seldom far.
  private func find(_ text: StaticString) -> Int? {
    let (first, length) = unsafe (text.utf8Start, text.utf8CodeUnitCount)
    return unsafe answer.withUnsafeBytes { bytes -> Int? in
      let start = bytes.baseAddress!
      var at = 0
      while at + length <= received {
        guard let found = unsafe memchr(start + at, 13, received - at) else { return nil }
        at = unsafe UnsafeRawPointer(found) - start
        if at + length <= received, unsafe memcmp(start + at, first, length) == 0 { return at }
        at += 1
      }
      return nil
    }
  }

  /// The answer's body as it should be: none for a PUT, the whole payload for a GET.
  private func bodyLength(_ head: Int) throws -> Int? {
    let status = String(decoding: answer[9..<12], as: UTF8.self)
    let expected = isPut ? (round < Self.keys ? "201" : "204") : "200"
    guard status == expected else {
      throw LabFault("\(isPut ? "PUT" : "GET") of round \(round): \(status), not \(expected)")
    }
    if isPut { return 0 }
    guard find("\r\nContent-Length: 20480\r\n") != nil else { throw LabFault("another length") }
    return Soak.size
  }

  private func compare(after head: Int) throws {
    let difference = unsafe answer.withUnsafeBytes { answer in
      unsafe Self.block.withUnsafeBytes { block in
        unsafe memcmp(answer.baseAddress! + head, block.baseAddress! + cut, Soak.size)
      }
    }
    guard difference == 0 else {
      throw LabFault("round \(round): other bytes than were put, \(origin(after: head))")
    }
  }

  /// Whose bytes they are: what went wrong depends on it.
  private func origin(after head: Int) -> String {
    let bytes = answer[head..<head + Soak.size]
    for number in 0..<64 {
      for round in stride(from: round, through: max(0, round - 64), by: -1) {
        let cut = (number &* 7_919 &+ round &* 104_729) % (2 * Soak.size)
        if Self.block[cut..<cut + Soak.size].elementsEqual(bytes) {
          return "those of connection \(number) (this is \(self.number)) in round \(round)"
        }
      }
    }
    return "those of nobody"
  }
}
