// What is JSON (RFC 8259) and what is not, by the one body that the gateway reads.

import API
import Testing

@Suite struct JSONTests {
  private func isRead(_ json: [UInt8]) -> Bool {
    unsafe TouchBatch(json: json.span.bytes) != nil
  }

  private func isRead(_ value: String) -> Bool {
    isRead(Array("{\"ids\":[\"a\"],\"x\":\(value)}".utf8))
  }

  @Test(arguments: [
    "0", "-0", "7", "-120", "0.5", "1e5", "1E+05", "-1.25e-3", "true", "false", "null", "[]",
    "{}", "[[],[{}]]", "[1 , 2]", "{\"a\":{\"b\":[null]}}", "\"\"", "\"\u{7f}é😀\"",
    #""\"\\\/\b\f\n\r\t""#, #""\u00e9\u0000\uFFFF""#, #""\ud83d\ude00\uD83D\uDE00""#,
    " \t\r\n1 \t\r\n",
  ]) func values(_ value: String) {
    #expect(isRead(value))
  }

  @Test(arguments: [
    "", ",", "1,", "01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1e5.5", "--1", "0x1", "1_0",
    "1 2", "NaN", "Infinity", "-Infinity", "True", "tru", "truee", "nul", "[1,]", "[,1]", "[,]",
    "[1", "[1}", "[1 2]", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}", "{a:1}", "{1:1}", "{'a':1}",
    "{\"a\":1", "\"", "'a'", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\u{0}1", "1\u{0}", "\u{b}1",
    "\u{a0}1", "\u{feff}1", "1//", "/**/1", #""\x""#, #""\'""#, #""\u12""#, #""\u12g4""#,
    #""\ud800""#, #""\ude00""#, #""\ud800\u0041""#, #""\ud800x""#, #""\""#,
  ]) func noValues(_ value: String) {
    #expect(!isRead(value))
  }

  @Test func aCommaTooMany() {
    for json in ["{\"ids\":[\"a\",]}", "{\"ids\":[\"a\"],}", "{,\"ids\":[]}", "{\"ids\":[]},"] {
      #expect(!isRead(Array(json.utf8)))
    }
  }

  @Test func noPrefixIsWhole() {
    let json = Array(#" {"x":[-1.5e+3,{"y":[true,null]}],"ids":["\u0061\ud83d\ude00é"]}"#.utf8)
    #expect(isRead(json))
    for end in json.indices { #expect(!isRead(Array(json[..<end]))) }
  }

  @Test func onlyUTF8IsJSON() {
    var wide: [UInt8] = []
    for byte in "{\"ids\":[]}".utf8 { wide += [byte, 0] }
    #expect(!isRead(wide))
    #expect(!isRead(Array("\u{feff}{\"ids\":[]}".utf8)))
    for bytes: [UInt8] in [
      [0xff], [0xc3, 0x28], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ] {
      #expect(!isRead(Array("{\"ids\":[\"".utf8) + bytes + Array("\"]}".utf8)))
      #expect(!isRead(Array("{\"ids\":[],\"".utf8) + bytes + Array("\":1}".utf8)))
    }
  }

  @Test func depth() {
    // The text itself is an object, too.
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      func nested(_ depth: Int) -> String {
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      }
      #expect(isRead(nested(63)))
      #expect(!isRead(nested(64)))
      #expect(!isRead(nested(200_000)))
      #expect(!isRead(String(repeating: open, count: 200_000)))
    }
    #expect(isRead("[" + String(repeating: "[[]],", count: 1_000) + "0]"))
  }
}
