// The contract's rows as a front-end developer tries them: curl, before every kind of store.

import Foundation
import TestLab
import Testing

@Suite struct TranscriptTests {
  /// `curl -X PUT --data-binary …`, with the fields given.
  private func put(
    _ url: String, _ body: String = "hello", _ fields: String...
  ) throws -> Curl.Response {
    let type = fields.contains { $0.hasPrefix("Content-Type") } ? [] : ["-H", "Content-Type:"]
    return try Curl.run(
      ["-X", "PUT", "--data-binary", "@-", url] + type + fields.flatMap { ["-H", $0] },
      input: Array(body.utf8))
  }

  private func isTag(_ text: String?) -> Bool {
    guard let text, text.count == 18, text.first == "\"", text.last == "\"" else { return false }
    return text.dropFirst().dropLast().allSatisfy { "0123456789abcdef".contains($0) }
  }

  @Test(arguments: Backing.allCases) func putThenGet(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let url = gateway.url(path)
    let made = try put(url, "one", "Content-Type: text/plain; charset=utf-8")
    #expect(made.status == 201 && made.body.isEmpty && made.fields["location"] == path)
    #expect(isTag(made.fields["etag"]) && made.fields["content-length"] == "0")

    let read = try Curl.run([url])
    #expect(read.status == 200 && read.text == "one")
    #expect(read.fields["content-type"] == "text/plain; charset=utf-8")
    #expect(read.fields["etag"] == made.fields["etag"])
    #expect(read.fields["session-expires-in"] == "1200")
    #expect(read.fields["cache-control"] == "no-store")
    #expect(read.fields["content-length"] == "3" && read.fields["date"] != nil)

    let replaced = try put(url, "two, longer")
    #expect(replaced.status == 204 && replaced.fields["location"] == nil)
    #expect(isTag(replaced.fields["etag"]) && replaced.fields["etag"] != made.fields["etag"])
    let again = try Curl.run([url])
    #expect(again.text == "two, longer" && again.fields["etag"] == replaced.fields["etag"])
    // A PUT replaces all there is: the type is the default's again.
    #expect(again.fields["content-type"] == "application/octet-stream")
  }

  @Test(arguments: Backing.allCases) func knownVersionsAreNotSentAgain(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let url = gateway.url(freshPath())
    let tag = try #require(try put(url).fields["etag"])
    for value in [tag, "W/\(tag)", "*", "\"x\", \(tag)"] {
      let same = try Curl.run([url, "-H", "If-None-Match: \(value)"])
      #expect(same.status == 304 && same.body.isEmpty && same.fields["etag"] == tag)
      #expect(same.fields["session-expires-in"] == "1200")
    }
    #expect(try Curl.run([url, "-H", "If-None-Match: \"0000000000000000\""]).text == "hello")
    #expect(try Curl.run(["-I", url, "-H", "If-None-Match: \(tag)"]).status == 304)
  }

  @Test(arguments: Backing.allCases) func headTellsWithoutSending(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let made = try put(
      gateway.url(path), String(repeating: "x", count: 20_480), "Content-Type: a/b")
    let connection = try gateway.connect()
    for query in ["", "?"] {
      let head = try connection.exchange("HEAD", path + query)
      #expect(head.status == 200 && head["Content-Length"] == "20480")
      #expect(head["Content-Type"] == "a/b" && head["ETag"] == made.fields["etag"])
      #expect(head["Session-Expires-In"] != nil)
    }
    let none = try connection.exchange("HEAD", freshPath())
    #expect(none.status == 404 && none["Content-Type"] == "application/problem+json")
    // The connection is still in step: a body after a HEAD would be taken for this answer.
    #expect(try connection.exchange("GET", "/livez").text == "ok\n")
  }

  @Test(arguments: Backing.allCases) func createUnderANewID(_ backing: Backing) throws {
    struct Created: Decodable { var id: String }
    let gateway = try Gateways.before(backing)
    var ids: Set<String> = []
    for _ in 0..<3 {
      let made = try Curl.run(
        [gateway.url("/v1/sessions"), "-H", "Content-Type: a/b", "--data-binary", "new"])
      #expect(made.status == 201 && made.fields["content-type"] == "application/json")
      #expect(isTag(made.fields["etag"]))
      let id = try JSONDecoder().decode(Created.self, from: Data(made.body)).id
      #expect(made.fields["location"] == "/v1/sessions/\(id)")
      // 22 letters of 64 are 132 bits.
      #expect(id.count == 22)
      ids.insert(id)
      let read = try Curl.run([gateway.url("/v1/sessions/\(id)")])
      #expect(read.text == "new" && read.fields["content-type"] == "a/b")
    }
    #expect(ids.count == 3)
  }

  @Test(arguments: Backing.allCases) func touchAndDelete(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let url = gateway.url(freshPath())
    #expect(try Curl.run(["-X", "POST", url + "/touch"]).status == 404)
    #expect(try Curl.run(["-X", "DELETE", url]).status == 404)
    _ = try put(url)
    let touched = try Curl.run(["-X", "POST", url + "/touch"])
    #expect(touched.status == 204 && touched.body.isEmpty)
    #expect(try Curl.run(["-X", "DELETE", url]).status == 204)
    #expect(try Curl.run([url]).status == 404)
    #expect(try put(url).status == 201)
  }

  @Test(arguments: Backing.allCases) func conditions(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let url = gateway.url(freshPath())
    let (exists, absent) = ("If-Match: *", "If-None-Match: *")
    #expect(try put(url, "no", exists).status == 412)
    #expect(try Curl.run([url]).status == 404)
    #expect(try Curl.run(["-X", "DELETE", url, "-H", exists]).status == 412)
    #expect(try Curl.run(["-X", "POST", url + "/touch", "-H", exists]).status == 412)
    #expect(try put(url, "first", absent).status == 201)
    #expect(try put(url, "no", absent).status == 412)
    #expect(try Curl.run([url]).text == "first")
    #expect(try put(url, "second", exists).status == 204)
    #expect(try Curl.run([url]).text == "second")
    #expect(try Curl.run(["-X", "POST", url + "/touch", "-H", exists]).status == 204)
    #expect(try Curl.run(["-X", "DELETE", url, "-H", exists]).status == 204)
  }

  @Test(arguments: Backing.allCases) func batches(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let ids = (0..<1_000).map { "\(fresh())-\($0)" }
    let connection = try gateway.connect()
    for id in ids where !id.hasSuffix("7") {
      let made = try connection.exchange("PUT", "/v1/sessions/\(id)", body: [1])
      #expect(made.status == 201)
    }
    func touch(_ ids: [String]) throws -> Curl.Response {
      let body = try JSONEncoder().encode(["ids": ids])
      return try Curl.run(
        [
          gateway.url("/v1/touches"), "-H", "Content-Type: application/json", "--data-binary", "@-",
        ],
        input: Array(body))
    }
    struct Answer: Decodable, Equatable {
      var touched: Int
      var missing: [String]
    }
    let answer = try touch(ids)
    #expect(answer.status == 200 && answer.fields["content-type"] == "application/json")
    #expect(
      try JSONDecoder().decode(Answer.self, from: Data(answer.body))
        == Answer(touched: 900, missing: ids.filter { $0.hasSuffix("7") }))
    #expect(try touch([]).text == "{\"touched\":0,\"missing\":[]}")
    #expect(try touch([ids[0], ids[0]]).text == "{\"touched\":2,\"missing\":[]}")
    #expect(try touch(ids + ["one-too-many"]).status == 400)
    #expect(try touch([ids[0], "no id"]).status == 400)
  }

  @Test(arguments: Backing.allCases) func everyIDThatIsOneIsServed(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let longest = fresh() + String(repeating: "a", count: 256)
    for id in [
      "\(fresh())!$&'()*+,;=:@-._~", String(longest.prefix(256)), "s%3A\(fresh())%2Ex%40y",
    ] {
      let made = try put(gateway.url("/v1/sessions/\(id)"), id)
      let location = try #require(made.fields["location"])
      #expect(made.status == 201 && location.removingPercentEncoding == location)
      #expect(try Curl.run([gateway.url(location)]).text == id)
      #expect(try Curl.run(["-X", "DELETE", gateway.url(location)]).status == 204)
      #expect(try Curl.run([gateway.url("/v1/sessions/\(id)")]).status == 404)
    }
  }

  @Test(arguments: Backing.allCases) func bodiesOfEverySize(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let connection = try gateway.connect()
    for size in [0, 1, 20_480, 65_536, 1_048_575, 1_048_576] {
      let body = payload(size)
      let made = try connection.exchange("PUT", path, body: body)
      #expect(made.status == 201 || made.status == 204, "\(size) bytes")
      #expect(try connection.exchange("GET", path).body == body, "\(size) bytes")
    }
    let tooLarge = try gateway.ask("PUT", path, body: payload(1_048_577))
    try expectProblem(413, "body-too-large", in: tooLarge)
    #expect(try connection.exchange("HEAD", path)["Content-Length"] == "1048576")
    // curl reads a body from a pipe in chunks, and waits for 100 (Continue).
    let piped = try Curl.run(
      ["-T", "-", "-H", "Content-Type: a/b", gateway.url(path)], input: payload(100_000))
    #expect(piped.status == 204)
    #expect(try connection.exchange("GET", path).body == payload(100_000))
  }
}
