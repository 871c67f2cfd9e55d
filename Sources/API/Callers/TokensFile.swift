// The tokens file: bytes in; its entries, and everything that is wrong with it, out. Read at the
// start and at each SIGHUP, never on the data path.
//
//   # SHA-256 of the token                                            namespace  rights      name
//   f693f8bfeeeba49d20bab91339aa91b5960659470ef72f6500d55c2d9c754fd9  shop       read,write  web-1
//
// One token per line, in four words separated by spaces or tabs; empty lines and lines that begin
// with # are ignored. Several tokens may share a namespace, so that one can be replaced without
// interruption.
//
// A mistake never quotes its line: if the columns were mixed up, the line may hold a token itself.

import Primitives
public import Sessions

/// One token of the file.
public struct TokenEntry: Equatable, Sendable {
  /// The token's SHA-256.
  public let digest: TokenDigest
  /// The namespace that its caller works in.
  public let namespace: String
  /// What its caller may do.
  public let rights: Rights
  /// What the log calls its caller: 1 to 64 letters, digits, dots, dashes and underscores.
  public let name: String

  /// An entry; nil when the namespace's or the caller's name is malformed, or there are no rights.
  public init?(digest: TokenDigest, namespace: String, rights: Rights, name: String) {
    guard Namespace(name: namespace) != nil, !rights.isEmpty, Self.isName(name) else { return nil }
    self.digest = digest
    self.namespace = namespace
    self.rights = rights
    self.name = name
  }

  /// The entry as a line of the file, without its end.
  public var line: String { "\(digest.hexadecimal)  \(namespace)  \(rights.text)  \(name)" }

  /// Whether `text` is a valid name for a caller in the log.
  public static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

/// Something wrong with a line of the file.
public struct TokenMistake: Error, Equatable, Sendable, CustomStringConvertible {
  /// The line, counted from 1; 0 for the file as a whole.
  public let line: Int
  /// What is wrong, and what to write instead.
  public let text: String

  /// One sentence for the operator.
  public var description: String { line == 0 ? text : "line \(line): \(text)" }
}

/// The tokens file.
public enum TokensFile {
  /// The most tokens in a file. Each request's token is compared with all of them.
  public static let maximum = 1_024

  /// Reads a file's content: its entries, and everything that is wrong.
  public static func read(_ content: [UInt8]) -> (entries: [TokenEntry], mistakes: [TokenMistake]) {
    var entries: [TokenEntry] = []
    var lines: [Int] = []
    var mistakes: [TokenMistake] = []
    let all = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (place, line) in all.enumerated() {
      do throws(Fault) {
        guard let entry = try Self.entry(line) else { continue }
        if let twin = entries.firstIndex(where: { $0.digest == entry.digest }) {
          throw Fault("the token is that of line \(lines[twin]); keep one of them")
        }
        entries.append(entry)
        lines.append(place + 1)
      } catch {
        mistakes.append(TokenMistake(line: place + 1, text: error.text))
      }
    }
    if entries.isEmpty, mistakes.isEmpty {
      mistakes.append(
        TokenMistake(line: 0, text: "it holds no token, so no caller could be served"))
    }
    if entries.count > maximum {
      mistakes.append(TokenMistake(line: 0, text: "it holds more than \(maximum) tokens"))
    }
    return (entries, mistakes)
  }

  private struct Fault: Error {
    let text: String

    init(_ text: String) { self.text = text }
  }

  /// The entry of a line; nil for an empty line or a comment.
  private static func entry(_ line: ArraySlice<UInt8>) throws(Fault) -> TokenEntry? {
    let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = words.first, first.first != UInt8(ascii: "#") else { return nil }
    guard line.allSatisfy({ (32..<127).contains($0) || $0 == 9 }) else {
      throw Fault("a byte that is not visible ASCII; lines end with a line feed alone")
    }
    guard words.count == 4 else {
      throw Fault(
        "\(words.count.counted("word")); write the SHA-256, the namespace, the rights and a name")
    }
    guard let digest = TokenDigest(hexadecimal: first) else {
      throw Fault("the first word is not 64 hexadecimal digits in lower case, as sha256sum writes")
    }
    let texts = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    guard Namespace(name: texts[0]) != nil else {
      throw Fault("the namespace is not 1 to 64 of a-z, 0-9, dot, dash and underscore")
    }
    guard let rights = Rights(texts[1]) else {
      throw Fault("the rights are not read, write, or read,write")
    }
    guard
      let entry = TokenEntry(
        digest: digest, namespace: texts[0], rights: rights, name: texts[2])
    else { throw Fault("the name is not 1 to 64 letters, digits, dots, dashes and underscores") }
    return entry
  }
}

extension NamespaceList {
  /// `standard`, which callers without tokens use, and after it the namespaces that tokens name,
  /// with the same policy.
  public init(_ standard: Namespace, of entries: [TokenEntry]) {
    var all = [standard]
    for entry in entries where !all.contains(where: { $0.name == entry.namespace }) {
      all.append(standard.named(entry.namespace)!)
    }
    self.init(all)
  }
}
