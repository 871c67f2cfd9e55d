import Primitives
import Testing

@testable import HTTP

@Suite("Fields and their names")
struct FieldTableTests {
  static let names: [(String, FieldName)] = [
    ("Accept", .accept), ("Authorization", .authorization), ("Connection", .connection),
    ("Content-Encoding", .contentEncoding), ("Content-Length", .contentLength),
    ("Content-Range", .contentRange), ("Content-Type", .contentType), ("Cookie", .cookie),
    ("Expect", .expect), ("Host", .host),
    ("If-Match", .ifMatch), ("If-None-Match", .ifNoneMatch), ("Keep-Alive", .keepAlive),
    ("TE", .te), ("traceparent", .traceparent), ("tracestate", .tracestate),
    ("Session-Absolute-Timeout", .sessionAbsoluteTimeout), ("Session-Deadline", .sessionDeadline),
    ("Session-Idle-Timeout", .sessionIdleTimeout), ("Session-Lock", .sessionLock),
    ("Session-Lock-Request", .sessionLockRequest), ("Trailer", .trailer),
    ("Transfer-Encoding", .transferEncoding), ("Upgrade", .upgrade),
    ("X-Request-ID", .xRequestID),
  ]

  func tag(_ name: String) -> FieldName {
    let bytes = bytes(name)
    return unsafe FieldName(bytes.span.bytes, ByteRange(0, bytes.count))
  }

  @Test("Well-known names in any case, and nothing near them", arguments: names)
  func tags(_ name: String, _ expected: FieldName) {
    #expect(tag(name) == expected)
    #expect(tag(name.lowercased()) == expected)
    #expect(tag(name.uppercased()) == expected)
    #expect(tag(name + "s") == .other)
    #expect(tag(String(name.dropLast())) == .other)
    var near = bytes(name)
    for place in near.indices {
      near[place] ^= 0x01
      let isOther = unsafe FieldName(near.span.bytes, ByteRange(0, near.count)) == .other
      #expect(isOther)
      near[place] ^= 0x01
    }
  }

  @Test("Lookups of fields that are there once, twice or not")
  func lookups() {
    let bytes = request(
      "Session-Lock: one", "session-lock: two", "Session-Deadline: 3", "If-Match: *",
      "Cookie: a", "Cookie: b")
    var parser = RequestParser()
    var head = RequestHead()
    #expect(unsafe parser.parse(bytes.span.bytes, into: &head) == .head)
    func text(_ range: ByteRange?) -> String? {
      range.map { String(decoding: bytes[$0.indices], as: UTF8.self) }
    }
    func only(_ lookup: FieldTable.Lookup) -> String {
      switch lookup {
      case .absent: "absent"
      case .repeated: "repeated"
      case .one(let range): text(range) ?? ""
      }
    }
    #expect(head.fields.count == 7)
    #expect(only(head.fields.only(.ifMatch)) == "*")
    #expect(only(head.fields.only(.ifNoneMatch)) == "absent")
    #expect(only(head.fields.only(.cookie)) == "repeated")
    #expect(head.fields.contains(.cookie) && !head.fields.contains(.te))
    #expect(only(head.fields.only(.sessionLock)) == "repeated")
    #expect(only(head.fields.only(.sessionDeadline)) == "3")
    #expect(only(head.fields.only(.sessionLockRequest)) == "absent")
    #expect(head.fields.next(.cookie, from: 6) == 6)
    #expect(head.fields.next(.cookie, from: 7) == nil)
  }

  @Test("A word at a time and a byte at a time find the same control bytes")
  func controls() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<19 {
        var line = bytes("abcdefghijklmnopqrs")
        line[place] = byte
        let isControl = byte < 32 || byte == 127
        let found = unsafe line.span.bytes.firstControl(from: 0, to: 19, ascii: false)
        #expect(found == (isControl ? place : 19))
        let inASCII = unsafe line.span.bytes.firstControl(from: 0, to: 19, ascii: true)
        #expect(inASCII == (isControl || byte > 127 ? place : 19))
        // What stands behind the run is no part of it.
        #expect(unsafe line.span.bytes.firstControl(from: 0, to: place, ascii: true) == place)
      }
    }
  }

  @Test("Values that may be sent")
  func fieldValues() {
    func isValid(_ text: String) -> Bool {
      let bytes = bytes(text)
      return unsafe FieldValue.isValid(bytes.span.bytes)
    }
    #expect(isValid(""))
    #expect(isValid("text/plain; charset=\"a b\""))
    #expect(isValid("a\tb"))
    for bad in [" a", "a ", "\ta", "a\r\nb", "a\0", "\u{7F}", "\u{E9}"] {
      #expect(!isValid(bad))
    }
  }
}
