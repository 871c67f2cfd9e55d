// Lines of the access log byte for byte, and what becomes of those that find no room. The writer is not
// started: the test takes the lines in its place.

import API
import HTTP
import Primitives
import Reactor
import Sessions
import Testing

@testable import Gateway

@Suite("The access log's lines")
struct AccessLinesTests {
  private static let time = UnixTime(milliseconds: 1_795_608_000_007)

  private func line(
    _ response: EncodedResponse = EncodedResponse(200), caller: String = "",
    _ correlation: Correlation = Correlation()
  ) -> AccessLine {
    var exchange = Exchange()
    exchange.method = .get
    exchange.route = .session
    return AccessLine(
      exchange: exchange, response: response, bytes: 20_480, took: TimeSpan(nanoseconds: 123_999),
      caller: caller, correlation: correlation, worker: 3)
  }

  private func written(_ isJSON: Bool, _ write: (inout AccessLines) -> Void) throws -> String {
    let log = try LogOutput(accessLanes: 1, isJSON: isJSON)
    var lines = AccessLines(log.access[0])
    write(&lines)
    lines.leave()
    return taken(log)
  }

  private func taken(_ log: LogOutput) -> String {
    var taken: [UInt8] = []
    log.access[0].lane.exchange(&taken)
    return String(decoding: taken, as: UTF8.self)
  }

  @Test("Plain, and for machines")
  func formats() throws {
    var named = Correlation()
    var entropy = Entropy()
    named.identify(&entropy)
    let id = unsafe named.id.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    #expect(
      try written(false) { $0.add(line(caller: "shop", named), at: Self.time) }
        == "2026-11-25T12:00:00.007Z ACCESS GET /v1/sessions/{id} status=200 bytes=20480"
        + " microseconds=123 worker=3 caller=shop requestId=\(id)\n")
    #expect(
      try written(true) { $0.add(line(caller: "shop", named), at: Self.time) }
        == "{\"time\":\"2026-11-25T12:00:00.007Z\",\"level\":\"access\",\"method\":\"GET\","
        + "\"route\":\"/v1/sessions/{id}\",\"status\":200,\"bytes\":20480,\"microseconds\":123,"
        + "\"worker\":3,\"caller\":\"shop\",\"requestId\":\"\(id)\"}\n")
  }

  @Test("A problem's code, which its status alone does not say")
  func problems() throws {
    let full = EncodedResponse(.store(.storeFull))
    #expect(
      try written(false) { $0.add(line(full), at: Self.time) }
        == "2026-11-25T12:00:00.007Z ACCESS GET /v1/sessions/{id} status=503 bytes=20480"
        + " microseconds=123 worker=3 code=store-full\n")
    #expect(
      try written(true) { $0.add(line(EncodedResponse(.refusal(.missingHost))), at: Self.time) }
        .hasSuffix(",\"worker\":3,\"code\":\"missing-host\"}\n"))
  }

  @Test("The time is each line's own, in one second and in the next")
  func times() throws {
    let lines = try written(false) {
      for milliseconds: Int64 in [0, 1, 992, 1_000] {
        $0.add(line(), at: UnixTime(milliseconds: Self.time.milliseconds + milliseconds))
      }
    }
    let times = lines.split(separator: "\n").map { String($0.prefix(24)) }
    #expect(times == ["00.007", "00.008", "00.999", "01.007"].map { "2026-11-25T12:00:\($0)Z" })
  }

  @Test("What a full lane has no room for is dropped and counted; what is taken makes room")
  func aFullLane() throws {
    let log = try LogOutput(accessLanes: 1, isJSON: false)
    var lines = AccessLines(log.access[0])
    for _ in 0..<2_000 {
      lines.add(line(), at: Self.time)
      lines.add(line(), at: Self.time)
      lines.leave()
    }
    let kept = taken(log)
    #expect(kept.utf8.count <= LogLane.limit && kept.utf8.count > LogLane.limit - 300)
    let told = kept.split(separator: "\n").count
    #expect(told < 4_000 && told + log.droppedAccess == 4_000)
    lines.add(line(), at: Self.time)
    lines.leave()
    #expect(taken(log).split(separator: "\n").count == 1)
    // Nor are the lines of a tick with very many lost that there is room for.
    let before = log.droppedAccess
    for _ in 0..<10_000 { lines.add(line(), at: Self.time) }
    lines.leave()
    let many = taken(log)
    #expect(many.utf8.count <= LogLane.limit && many.utf8.count > LogLane.limit * 3 / 4)
    #expect(many.split(separator: "\n").count + log.droppedAccess - before == 10_000)
  }
}
