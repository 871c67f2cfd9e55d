import Primitives
import Settings
import Testing

@testable import Bench

@Suite("Request bytes")
struct RequestBytesTests {
  private func text(_ span: RawSpan) -> String {
    unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  private func request(
    _ operation: LoadOperation, size: Int = 0, number: Int, _ plan: LoadPlan
  ) -> String {
    var requests = RequestBytes(plan)
    // Another request before it must not show.
    _ = requests.prepare(operation, size: size, number: 99_999_999)
    let range = requests.prepare(operation, size: size, number: number)
    return text(requests.bytes.extracting(range.indices))
  }

  @Test("A request names its session, and the token if there is one")
  func writesRequests() {
    var plan = LoadPlan()
    #expect(
      request(.get, number: 42, plan)
        == "GET /v1/sessions/bench-00000042 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
    plan.token = Secret("t0ken")
    plan.prefix = "x"
    #expect(
      request(.touch, number: 12_345_678, plan)
        == "POST /v1/sessions/x12345678/touch HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        + "Authorization: Bearer t0ken\r\nContent-Length: 0\r\n\r\n")
    plan.targets[.get] = "/GET/{id}.txt"
    #expect(request(.get, number: 1, plan).hasPrefix("GET /GET/x00000001.txt HTTP/1.1\r\n"))
    plan.host = "::1"
    #expect(request(.get, number: 1, plan).contains("\r\nHost: [::1]:8080\r\n"))
  }

  @Test("A lock is acquired and released by two requests, the second one with the token")
  func writesLocks() {
    var plan = LoadPlan()
    #expect(
      request(.lock, number: 42, plan)
        == "POST /v1/sessions/bench-00000042/lock?wait=5 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        + "Content-Length: 0\r\n\r\n")
    plan.token = Secret("t0ken")
    var requests = RequestBytes(plan)
    var token = InlineArray<32, UInt8>(repeating: UInt8(ascii: "f"))
    token[0] = UInt8(ascii: "a")
    _ = requests.prepare(.put, size: 0, number: 99_999_999)
    let range = requests.prepareRelease(number: 7, token: token)
    #expect(
      text(requests.bytes.extracting(range.indices))
        == "DELETE /v1/sessions/bench-00000007/lock HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        + "Authorization: Bearer t0ken\r\nSession-Lock: a\(String(repeating: "f", count: 31))"
        + "\r\n\r\n")
  }

  @Test(
    "A payload has its size and begins with its session's number", arguments: [0, 3, 8, 9, 500])
  func writesPayloads(size: Int) throws {
    var plan = LoadPlan()
    plan.sizes = try #require(WeightedChoice([(700, 1), (size, 1)]))
    let put = request(.put, size: 1, number: 7, plan)
    let parts = put.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
    #expect(parts.count == 2)
    #expect(put.contains("\r\nContent-Length: \(size)\r\n"))
    #expect(parts[1].utf8.count == size)
    #expect(parts[1].hasPrefix(String("00000007".prefix(size))))
  }

  @Test("A payload is known again in pieces, and another session's is not")
  func comparesPayloads() throws {
    var plan = LoadPlan()
    plan.sizes = try #require(WeightedChoice([(300, 1), (100, 1)]))
    let put = request(.put, size: 1, number: 7, plan)
    let payload = Array(put.utf8.suffix(100))
    for cut in [0, 1, 5, 8, 50, 100] {
      #expect(isPayload(payload[..<cut], at: 0, number: 7, plan))
      #expect(isPayload(payload[cut...], at: cut, number: 7, plan))
    }
    #expect(!isPayload(payload[...], at: 0, number: 8, plan))
    #expect(!isPayload(payload[...], at: 0, of: 101, number: 7, plan))
    #expect(!isPayload(payload[...], at: 1, number: 7, plan))
    var wrong = payload
    wrong[99] ^= 1
    #expect(!isPayload(wrong[...], at: 0, number: 7, plan))
  }

  private func isPayload(
    _ part: ArraySlice<UInt8>, at offset: Int, of length: Int = 100, number: Int, _ plan: LoadPlan
  ) -> Bool {
    var requests = RequestBytes(plan)
    let bytes = Array(part)
    return unsafe requests.isPayload(bytes.span.bytes, at: offset, of: length, number: number)
  }
}
