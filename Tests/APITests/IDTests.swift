// Which ids there are: every byte, encoded and not, and every length at the bounds.

import API
import Primitives
import Sessions
import Testing

@Suite struct IDTests {
  private static let allowed =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@"

  private func id(_ encoded: String) -> String? { decode("GET /v1/sessions/\(encoded)").wish?.id }

  @Test func everyByteEncoded() {
    for byte in UInt8.min...UInt8.max {
      let digits = String(byte, radix: 16)
      let isAllowed = Self.allowed.utf8.contains(byte)
      for hex in [digits, digits.uppercased()] {
        let encoded = "a%" + (byte < 16 ? "0" : "") + hex
        let expected = isAllowed ? "a" + String(decoding: [byte], as: UTF8.self) : nil
        #expect(id(encoded) == expected, "byte \(byte)")
      }
    }
  }

  @Test func everyAllowedByteAsItIs() {
    #expect(id(Self.allowed) == Self.allowed)
    for byte in Self.allowed.utf8 where byte != UInt8(ascii: ".") {
      let text = String(decoding: [byte], as: UTF8.self)
      #expect(id(text) == text)
    }
  }

  @Test func lengths() {
    let longest = String(repeating: "a", count: 256)
    #expect(id(longest) == longest)
    #expect(id(longest + "a") == nil)
    #expect(id(String(repeating: "%61", count: 256)) == longest)
    #expect(id(String(repeating: "%61", count: 257)) == nil)
    #expect(id(String(repeating: "%61", count: 255) + "a") == longest)
    #expect(id("") == nil)
  }

  @Test func dotSegmentsAreNoIDs() {
    for encoded in [".", "..", "%2e", "%2E%2e", ".%2e"] { #expect(id(encoded) == nil) }
    for encoded in ["...", ".a", "a.", "..a"] { #expect(id(encoded) == encoded) }
  }

  @Test func oneIDHoweverItIsEncoded() {
    for encoded in ["s%3aABC.d", "s:ABC.d", "%73%3A%41%42%43%2E%64"] {
      #expect(id(encoded) == "s:ABC.d")
    }
    // Encoded once: what looks encoded after that is not an id, since `%` is not part of one.
    #expect(id("%2561") == nil)
  }
}
