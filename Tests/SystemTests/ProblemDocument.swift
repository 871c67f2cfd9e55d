// How problem documents are judged (RFC 9457): all their members, and that nothing else is in them.

import Foundation
import TestLab
import Testing

/// A problem as a client reads it.
struct ProblemDocument: Decodable, Equatable {
  var type: String
  var title: String
  var status: Int
  var detail: String
  var code: String
  var executed: String?
}

/// Checks that an answer is the problem `code` with all that belongs to it.
func expectProblem(
  _ status: Int, _ code: String, executed: String? = nil, in answer: RawHTTP.Response,
  _ location: SourceLocation = #_sourceLocation
) throws {
  #expect(answer.status == status, "\(answer.text)", sourceLocation: location)
  #expect(answer["Content-Type"] == "application/problem+json", sourceLocation: location)
  #expect(answer["Cache-Control"] == "no-store", sourceLocation: location)
  #expect((answer["Retry-After"] != nil) == (status == 503), sourceLocation: location)
  let document = try JSONDecoder().decode(ProblemDocument.self, from: Data(answer.body))
  #expect(document.status == status, sourceLocation: location)
  #expect(document.code == code, sourceLocation: location)
  #expect(document.type == "urn:session-gateway:problem:\(code)", sourceLocation: location)
  #expect(!document.title.isEmpty && !document.detail.isEmpty, sourceLocation: location)
  #expect(document.executed == executed, sourceLocation: location)
}
