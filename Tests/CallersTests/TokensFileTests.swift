import API
import Sessions
import Testing

@Suite("The tokens file")
struct TokensFileTests {
  private static let digest = String(repeating: "0123456789abcdef", count: 4)
  private static let other = String(repeating: "fedcba9876543210", count: 4)

  private func read(_ text: String) -> (entries: [TokenEntry], mistakes: [String]) {
    let (entries, mistakes) = TokensFile.read(Array(text.utf8))
    return (entries, mistakes.map(\.description))
  }

  @Test("A line is a digest, a namespace, rights and a name")
  func line() throws {
    let (entries, mistakes) = read("# who\n\n\(Self.digest)\tshop  read,write web-1\n")
    #expect(mistakes.isEmpty)
    let entry = try #require(entries.first)
    #expect(entries.count == 1)
    #expect(entry.namespace == "shop")
    #expect(entry.rights == [.read, .write])
    #expect(entry.name == "web-1")
    #expect(entry.digest.hexadecimal == Self.digest)
  }

  @Test("An entry's line is read as the same entry")
  func roundTrip() throws {
    let entry = try #require(read("\(Self.digest) a.b_c-1 write X.y_z-9").entries.first)
    let (entries, mistakes) = read(entry.line)
    #expect(entries == [entry])
    #expect(mistakes.isEmpty)
  }

  @Test("Every mistake is told with its line, none of them quotes the line")
  func mistakes() {
    let lines = [
      "\(Self.digest) shop read web",  // good
      "\(Self.digest) shop write again",
      "sgt_notadigestbutatoken shop read web",
      "\(Self.digest.uppercased()) shop read web",
      "\(Self.other) Shop read web",
      "\(Self.other) shop execute web",
      "\(Self.other) shop read,read web",
      "\(Self.other) shop read w/eb",
      "\(Self.other) shop read",
      "\(Self.other) shop read web more",
      "\(Self.other) shop read web\r",
      "\(Self.other) sh\u{f6}p read web",
    ]
    let mistakes = read(lines.joined(separator: "\n")).mistakes
    #expect(mistakes.count == lines.count - 1)
    for (place, mistake) in mistakes.enumerated() {
      #expect(mistake.hasPrefix("line \(place + 2): "))
      #expect(!mistake.contains("sgt_") && !mistake.contains("again") && !mistake.contains("0123"))
    }
  }

  @Test("A file without a token is a mistake", arguments: ["", "\n\n", "# nothing\n"])
  func empty(text: String) { #expect(read(text).mistakes.count == 1) }

  @Test("A file has room for 1,024 tokens")
  func bound() {
    func lines(_ count: Int) -> String {
      (0..<count).map { number in
        let digits = String(number, radix: 16)
        let digest = String(repeating: "0", count: 64 - digits.count) + digits
        return "\(digest) shop read web\n"
      }.joined()
    }
    #expect(read(lines(1_024)).mistakes.isEmpty)
    #expect(read(lines(1_025)).mistakes.count == 1)
  }

  @Test("Namespaces are those of the tokens behind the standard one, each once")
  func namespaces() throws {
    let standard = try #require(Namespace(name: "default", idleTimeout: 77))
    let entries = read(
      "\(Self.digest) shop read a\n\(Self.other) default read b\n"
    ).entries
    let list = NamespaceList(standard, of: entries + entries)
    #expect(list.namespaces.map(\.name) == ["default", "shop"])
    #expect(list.namespaces.allSatisfy { $0.idleTimeout == 77 })
  }
}
