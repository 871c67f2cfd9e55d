// `session-gateway token`: creates a token for a caller. The token is shown here and nowhere else;
// the gateway gets only its SHA-256.

import API
import ArgumentParser
import Primitives
import Reactor
import Sessions

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Creates a token for a caller, and its line for the tokens file.",
    discussion: """
      It prints two lines: the token, for the caller, and the line for the file that
      --tokens-file names. The token is not kept anywhere; if it is lost, make
      another. A running gateway reloads the file on SIGHUP.

      EXAMPLE
        session-gateway token --namespace shop --rights read,write --name shop-web
      """)

  @Option(
    help: ArgumentHelp("The namespace the caller acts in.", valueName: "namespace"),
    transform: Self.namespace)
  var namespace: String

  @Option(help: "What the caller may do: read, write, or read,write.", transform: Self.rights)
  var rights: Rights

  @Option(help: "The caller's name in the log.", transform: Self.name)
  var name: String

  func run() throws {
    let token = Self.token()
    let bytes = Array(token.utf8)
    let digest = unsafe TokenDigest(SHA256.digest(of: bytes.span.bytes))
    let entry = TokenEntry(digest: digest, namespace: namespace, rights: rights, name: name)
    guard let entry else { throw ValidationError("that is not an entry of the tokens file") }
    print(token)
    print(entry.line)
  }

  /// `sgt_` and 256 random bits in base64url: 43 letters, of which the last holds four bits.
  private static func token() -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var entropy = Entropy()
    var token = Array("sgt_".utf8)
    var bits: UInt64 = 0
    for place in 0..<43 {
      if place % 10 == 0 { bits = entropy.bits() }
      token.append(letters[Int(place == 42 ? bits & 15 : bits & 63)])
      bits >>= 6
    }
    return String(decoding: token, as: UTF8.self)
  }

  private static func namespace(_ text: String) throws -> String {
    guard Namespace(name: text) != nil else {
      throw ValidationError("a namespace is 1 to 64 of a-z, 0-9, dot, dash and underscore")
    }
    return text
  }

  private static func rights(_ text: String) throws -> Rights {
    guard let rights = Rights(text) else {
      throw ValidationError("rights are read, write, or read,write")
    }
    return rights
  }

  private static func name(_ text: String) throws -> String {
    guard TokenEntry.isName(text) else {
      throw ValidationError("a name is 1 to 64 letters, digits, dots, dashes and underscores")
    }
    return text
  }
}
