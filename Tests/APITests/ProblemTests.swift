// The one table of problems: what each is answered with, whole bytes.

import API
import Foundation
import HTTP
import Primitives
import Sessions
import Testing

@Suite struct ProblemTests {
  /// Every problem and the status that the contract gives it.
  private static let table: [(Problem, Int)] =
    Refusal.allCases.map { (Problem($0), $0.status) } + [
      (.tokenMissing, 401), (.tokenInvalid, 401), (.rightMissing, 403),
      (.noSuchPath, 404), (.methodNotAllowed(.session), 405), (.methodNotImplemented, 501),
      (.malformedID, 400), (.malformedQuery, 400),
      (.malformedTimeout, 400), (.absoluteTimeoutNotAllowed, 400), (.malformedDeadline, 400),
      (.malformedCondition, 400), (.conditionNotSupported, 400), (.malformedContentType, 400),
      (.contentEncodingNotSupported, 415), (.contentRangeNotSupported, 400),
      (.lengthRequired, 411), (.bodyTooLarge, 413), (.notJSON, 415), (.malformedJSON, 400),
      (.requestTimeout, 408), (.noSuchSession, 404), (.conditionFailed(present: nil), 412),
      (.conditionRequired, 428), (.lockRequired, 428), (.lockHeld(age: 3, retryAfter: 7), 423),
      (.lockLost, 409), (.malformedLock, 400), (.malformedLockRequest, 400),
      (.malformedLease, 400), (.malformedWait, 400), (.lockNotSupported, 400),
      (.draining, 503), (.notLive, 503), (.notReady(drains: true), 503),
      (.notReady(drains: false), 503), (.gatewayFull, 503), (.store(.unavailable), 503),
      (.store(.overloaded), 503), (.store(.storeFull), 503), (.store(.deadlinePassed), 503),
      (.store(.outcomeUnknown), 504),
      (.store(.notPermitted), 503), (.store(.misconfigured), 503), (.store(.unreadable), 500),
    ]

  /// RFC 6750 section 3.
  private static let challenges = [
    "token-missing": #"Bearer realm="session-gateway""#,
    "token-invalid": #"Bearer realm="session-gateway", error="invalid_token""#,
    "right-missing": #"Bearer realm="session-gateway", error="insufficient_scope""#,
  ]

  private func field(_ name: String, in head: String) -> String? {
    let values = head.components(separatedBy: "\r\n").filter { $0.hasPrefix("\(name): ") }
    return values.count == 1 ? String(values[0].dropFirst(name.count + 2)) : nil
  }

  private struct Document: Decodable, Equatable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var code: String
    var executed: String?
  }

  @Test func everyProblemIsADocument() throws {
    var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
    for (problem, status) in Self.table {
      var reply = ByteBuffer()
      #expect(encoder.encode(problem, Exchange(), into: &reply).status == status, "\(problem.code)")
      #expect(problem.status == status, "\(problem.code)")
      let parts = text(of: reply).components(separatedBy: "\r\n\r\n")
      #expect(parts.count == 2)
      #expect(parts[0].contains("\r\nContent-Type: application/problem+json\r\n"))
      #expect(parts[0].contains("\r\nContent-Length: \(parts[1].utf8.count)"))
      let again = [503: "1", 423: "7"][status]
      #expect(field("Retry-After", in: parts[0]) == again)
      #expect(field("Session-Lock-Age", in: parts[0]) == (status == 423 ? "3" : nil))
      #expect(field("WWW-Authenticate", in: parts[0]) == Self.challenges["\(problem.code)"])
      let document = try JSONDecoder().decode(Document.self, from: Data(parts[1].utf8))
      #expect(
        document
          == Document(
            type: "urn:session-gateway:problem:\(problem.code)", title: "\(problem.title)",
            status: status, detail: "\(problem.detail)", code: "\(problem.code)",
            executed: [503: "no", 504: "unknown"][status]))
    }
  }

  @Test func textsNeedNoEscapes() {
    for (problem, _) in Self.table {
      for text in [problem.title, problem.detail, problem.code] {
        let bytes = Array("\(text)".utf8)
        #expect(!bytes.isEmpty)
        #expect(
          bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }, "\(text)")
      }
      let code = Array("\(problem.code)".utf8)
      #expect(code.allSatisfy { $0 == 0x2d || (0x61...0x7a).contains($0) }, "\(problem.code)")
    }
  }

  @Test func codesTellProblemsApart() {
    // What two rooms can find out about one thing has one name.
    let shared = ["body-too-large": 2, "not-ready": 2]
    let counts = Dictionary(Self.table.map { ("\($0.0.code)", 1) }, uniquingKeysWith: +)
    #expect(counts.filter { $0.value > 1 } == shared)
    let titles = Dictionary(grouping: Self.table) { "\($0.0.code)" }
      .mapValues { Set($0.map { "\($0.0.title)" }) }
    #expect(titles.allSatisfy { $0.value.count == 1 })
  }

  @Test func framingThatCannotBeTrustedEndsTheConnection() {
    let closing: Set = [
      "request-timeout", "draining", "gateway-full", "body-too-large", "length-required",
    ]
    for (problem, _) in Self.table {
      let isRefusal = if case .refusal = problem { true } else { false }
      let closes = isRefusal || closing.contains("\(problem.code)")
      #expect(problem.closesConnection == closes, "\(problem.code)")
    }
  }

  @Test func whatWouldBeAcceptedIsNamed() {
    let fields: [(Problem, String)] = [
      (.contentEncodingNotSupported, "\r\nAccept-Encoding: identity\r\n"),
      (.notJSON, "\r\nAccept: application/json\r\n"),
    ]
    for (problem, field) in fields {
      var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
      var reply = ByteBuffer()
      #expect(encoder.encode(problem, Exchange(), into: &reply).status == 415)
      #expect(text(of: reply).contains(field))
    }
  }

  @Test func allowNamesTheMethods() {
    var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
    for route in Route.allCases where route != .unknown {
      var reply = ByteBuffer()
      _ = encoder.encode(Problem.methodNotAllowed(route), Exchange(), into: &reply)
      #expect(text(of: reply).contains("\r\nAllow: \(route.allow)\r\n"))
    }
  }
}
