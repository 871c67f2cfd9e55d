// Who may do what. A head in; its caller's namespace, or the problem with the caller, out. Each
// worker holds a table of its own, so nothing is locked; a reload gives each a new one.
//
// The token's digest is compared with that of every entry, whatever the others gave, in time that
// does not depend on the bytes: neither how much of a digest fits nor which entry it is can be
// measured. Nothing is allocated. Bounded by `TokensFile.maximum`.
//
// Rejected: a dictionary by digest. It would be faster for hundreds of tokens, but its time tells
// something about the digests in it; 1,024 comparisons of 32 bytes take a few microseconds.

import HTTP
import Primitives
public import Sessions

/// The callers of a gateway.
public struct CallerTable: Sendable {
  /// Makes the SHA-256 of a token's bytes, without allocating.
  public typealias Digest = @Sendable (RawSpan) -> TokenDigest

  private struct Row {
    let digest: TokenDigest
    let namespace: NamespaceIndex
    let rights: Rights
    let name: String
  }

  private let rows: [Row]
  /// Nil where callers need no token.
  private let digest: Digest?

  /// Everybody may do everything, in the first namespace.
  public static var anonymous: CallerTable { CallerTable(rows: [], digest: nil) }

  /// The callers that `entries` name. The namespaces of all of them are in the list.
  public init(_ entries: [TokenEntry], namespaces: NamespaceList, digest: @escaping Digest) {
    let rows = entries.map { entry in
      let place = namespaces.namespaces.firstIndex { $0.name == entry.namespace }
      guard let place else { preconditionFailure("a token's namespace is one that is served") }
      return Row(
        digest: entry.digest, namespace: NamespaceIndex(UInt16(place)), rights: entry.rights,
        name: entry.name)
    }
    self.init(rows: rows, digest: digest)
  }

  private init(rows: [Row], digest: Digest?) {
    self.rows = rows
    self.digest = digest
  }

  /// Decides whether a request's caller may ask for what it asks for.
  ///
  /// - Parameters:
  ///   - route: the resource; not an operators' one, which anybody may read.
  ///   - namespace: is set to the caller's own.
  ///   - caller: is set to the caller's number, if its token is known.
  /// - Returns: the problem with the caller; nil when it may.
  func admit(
    _ head: borrowing RequestHead, _ bytes: RawSpan, to route: Route,
    into namespace: inout NamespaceIndex, _ caller: inout UInt16
  ) -> Problem? {
    guard let digest else {
      namespace = NamespaceIndex(0)
      return nil
    }
    switch Credentials(head, bytes) {
    case .none: return .tokenMissing
    case .malformed: return .tokenInvalid
    case .bearer(let token):
      guard let place = find(digest(bytes.extracting(token.indices))) else { return .tokenInvalid }
      namespace = rows[place].namespace
      caller = UInt16(place + 1)
      let needed = route.rights(for: head.method)
      return rows[place].rights.isSuperset(of: needed) ? nil : .rightMissing
    }
  }

  /// What the log calls a caller, by the number that `admit` gave; empty for one without a name.
  public func name(of caller: UInt16) -> String {
    caller == 0 || Int(caller) > rows.count ? "" : rows[Int(caller) - 1].name
  }

  /// The place of the entry with this digest. It looks at all of them, always.
  private func find(_ digest: TokenDigest) -> Int? {
    var found: UInt64 = 0
    for place in rows.indices {
      found |= UInt64(place + 1) & rows[place].digest.mask(digest)
    }
    return found == 0 ? nil : Int(found) - 1
  }
}
