import Testing

@testable import Bench

/// A response as a scanner sees it when it comes in pieces of `step` bytes, with `behind` after it.
private struct Scanned: Equatable {
  var status = 0
  var body = ""
  var closes = false
  var isReadable = true
  /// How many bytes the response had.
  var length: Int?

  init(_ response: String, step: Int, behind: String = "") {
    var scanner = ResponseScanner()
    let bytes = Array((response + behind).utf8)
    var at = 0
    while at < bytes.count, length == nil, isReadable {
      let piece = Array(bytes[at..<min(at + step, bytes.count)])
      let offset = scanner.bodyOffset
      switch scanner.scan(piece.span) {
      case .more(let start): take(piece[start...], offset)
      case .done(let start, let end):
        take(piece[start..<end], offset)
        length = at + end
      case .unreadable: isReadable = false
      }
      at += piece.count
    }
    status = scanner.status
    closes = scanner.closes
  }

  // What was told before is where the scanner says that it is.
  private mutating func take(_ part: ArraySlice<UInt8>, _ offset: Int) {
    if !part.isEmpty && offset != body.utf8.count { isReadable = false }
    body += String(decoding: part, as: UTF8.self)
  }
}

@Suite("Response scanner")
struct ResponseScannerTests {
  @Test("The token of a lock is found, and not in a field with a longer name", arguments: 1...40)
  func findsLocks(step: Int) {
    let token = "0123456789abcdef0123456789abcdef"
    let response =
      "HTTP/1.1 200 OK\r\nSession-Lock-Expires-In: 30\r\nsession-LOCK: \(token)\r\n"
      + "Content-Length: 0\r\n\r\n"
    let bytes = Array(response.utf8)
    var scanner = ResponseScanner()
    for at in stride(from: 0, to: bytes.count, by: step) {
      _ = scanner.scan(Array(bytes[at..<min(at + step, bytes.count)]).span)
    }
    #expect(scanner.lock.indices.map { scanner.lock[$0] } == Array(token.utf8))
  }

  private static let responses: [(String, status: Int, body: String, closes: Bool)] = [
    ("HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", 204, "", false),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nETag: \"a\"\r\n\r\nhello world", 200, "hello world",
      false
    ),
    ("HTTP/1.1 200 OK\r\nX: content-length: 3\r\ncontent-LENGTH:2\r\n\r\nok", 200, "ok", false),
    ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", false),
    ("HTTP/1.1 503 \r\nConnection: close\r\nContent-Length: 1\r\n\r\n!", 503, "!", true),
    ("HTTP/1.1 503\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n!", 503, "!", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n!", 200, "!", true),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", 304, "", false),
    ("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", 200, "abc", false),
    ("HTTP/1.1 200 OK\r\nContent-Lengths: 9\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false),
  ]

  @Test("A response is found whole, byte by byte and with another one behind it")
  func findsTheEnd() {
    for (response, status, body, closes) in Self.responses {
      for step in [1, 2, 3, 7, 1_000] {
        let scanned = Scanned(response, step: step, behind: "HTTP/1.1 200 OK\r\n")
        #expect(scanned.isReadable, "\(response)")
        #expect(scanned.status == status)
        #expect(scanned.body == body)
        #expect(scanned.closes == closes, "\(response)")
        #expect(scanned.length == response.utf8.count)
      }
    }
  }

  @Test("A response that has not come whole is not done")
  func waits() {
    for (response, _, _, _) in Self.responses {
      let scanned = Scanned(String(response.dropLast()), step: 5)
      #expect(scanned.length == nil)
      #expect(scanned.isReadable)
    }
  }

  @Test(
    "What cannot be followed is unreadable",
    arguments: [
      "HTTP/2 200 OK\r\n", "garbage", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 999 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n!",
      "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n!",
      "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
    ])
  func refuses(response: String) {
    for step in [1, 3, 1_000] {
      let scanned = Scanned(response, step: step)
      #expect(!scanned.isReadable)
      #expect(scanned.length == nil)
    }
  }

  @Test("A head without end is given up")
  func boundsTheHead() {
    let head = "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 12_000)
    #expect(!Scanned(head, step: 1_000).isReadable)
  }
}
