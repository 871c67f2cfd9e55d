// Who may do what. A head in; its caller's namespace, or the problem with the caller, out. Each
// worker has a table of its own, so nothing is locked; a reload gives each a new one.
//
// The token's digest is compared with that of every entry, even after a match, in time that does
// not depend on the bytes. So timing reveals neither how much of a digest matches nor which entry
// does. Nothing is allocated. Bounded by `TokensFile.maximum`.
//
// Rejected: a dictionary by digest. It would be faster for hundreds of tokens, but its timing leaks
// something about the digests in it; 1,024 comparisons of 32 bytes take a few microseconds.

import HTTP
import Primitives
public import Sessions

/// The callers of a gateway.
public struct CallerTable: Sendable {
  /// Computes the SHA-256 of a token's bytes, without allocating.
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

  /// A table that lets every caller do everything, in the first namespace.
  public static var anonymous: CallerTable { CallerTable(rows: [], digest: nil) }

  /// The callers that `entries` name. The list must hold the namespaces of all of them.
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

  /// Finds out who a request's caller is, and whether it may do what it asks for.
  ///
  /// - Parameter route: the resource; not one for operators, which needs no token.
  func admit(_ head: borrowing RequestHead, _ bytes: RawSpan, to route: Route) -> Admission {
    guard let digest else { return Admission() }
    switch Credentials(head, bytes) {
    case .none: return Admission(problem: .tokenMissing)
    case .malformed: return Admission(problem: .tokenInvalid)
    case .bearer(let token):
      guard let place = find(digest(bytes.extracting(token.indices))) else {
        return Admission(problem: .tokenInvalid)
      }
      let needed = route.rights(for: head.method)
      return Admission(
        namespace: rows[place].namespace, caller: UInt16(place + 1),
        problem: rows[place].rights.isSuperset(of: needed) ? nil : .rightMissing)
    }
  }

  /// What the log calls a caller, by the number that `admit` gave; empty for one without a name.
  public func name(of caller: UInt16) -> String {
    caller == 0 || Int(caller) > rows.count ? "" : rows[Int(caller) - 1].name
  }

  /// The place of the entry with this digest; nil if there is none. Always looks at all entries.
  private func find(_ digest: TokenDigest) -> Int? {
    var found: UInt64 = 0
    for place in rows.indices {
      found |= UInt64(place + 1) & rows[place].digest.mask(digest)
    }
    return found == 0 ? nil : Int(found) - 1
  }
}
