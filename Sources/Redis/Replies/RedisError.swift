// An error reply, classified by its first word. In: the bytes of the line without its `-`. Out: a
// case without strings, because the words after the first may contain keys and belong in no log.
// Hosts of redirects are ranges of the line that was classified.

public import Primitives

/// What an error of a Redis node means to its client.
public enum RedisError: Equatable, Sendable {
  /// Another node now serves the slot.
  /// 1. Patch the slot's owner. 2. Refresh the topology soon. 3. Resend to that node; if it is the
  ///    node that answered, reconnect to it first.
  case moved(slot: UInt16, host: RedirectHost, port: UInt16)
  /// The slot is being moved to another node, which already has this key.
  /// 1. Keep the slot's owner. 2. Send `ASKING` and the command to that node, this once.
  case ask(slot: UInt16, host: RedirectHost, port: UInt16)
  /// A `MOVED` or `ASK` that cannot be parsed. Not executed: refresh the topology and resend.
  case malformedRedirect
  /// `TRYAGAIN`: the keys of a command are split between two nodes. Back off and resend.
  case tryAgain
  /// `CLUSTERDOWN`: slots are unserved. Back off, refresh the topology, resend. Under
  /// `cluster-allow-reads-when-down yes` a script gets it at its first write, and reports it within
  /// an `ERR`.
  case clusterDown
  /// `MASTERDOWN`: a replica has lost its primary. Back off, refresh the topology, resend.
  case masterDown
  /// `LOADING`: the node is loading its data. Back off and resend.
  case loading
  /// `READONLY`: the node is a replica now. Refresh the topology, back off, resend.
  case readOnly
  /// `BUSY`: a script has been running for too long. Back off and resend.
  case busy
  /// `NOREPLICAS`: too few replicas for a write. Back off and resend.
  case noReplicas
  /// `NOSCRIPT`: load the script on this node and resend.
  case noScript
  /// `OOM`: the node's memory is used up. No retry; the caller gets the error.
  case outOfMemory
  /// `MISCONF`: the node cannot persist and refuses writes. No retry; an operator is needed.
  case misconfigured
  /// `NOAUTH`: the node requires a password. No retry; an operator is needed.
  case noAuth
  /// `NOPERM`: the user lacks the permission. No retry; an operator is needed.
  case noPermission
  /// `WRONGPASS`: the user or password is wrong. No retry; an operator is needed.
  case wrongPassword
  /// `WRONGTYPE`: the key holds something that is not a session. No retry.
  case wrongType
  /// `CROSSSLOT`: the keys of a command are in different slots. A bug of the client.
  case crossSlot
  /// `EXECABORT`: the transaction was discarded because one of its commands was refused; that
  /// command's own error came earlier.
  case executionAborted
  /// `ERR This instance has cluster support disabled`: the node serves all slots by itself.
  case clusterDisabled
  /// Any other error. It is not known what happened.
  case other

  /// Classifies the bytes of an error reply, without the `-`.
  public init(_ line: RawSpan) {
    let end = line.offset(of: UInt8(ascii: " ")) ?? line.byteCount
    let word = line.extracting(0..<end)
    if word.equals("MOVED") || word.equals("ASK") {
      self = Self.redirect(line, from: end, asking: word.byteCount == 3)
    } else if word.equals("ERR") {
      self = Self.unnamed(line)
    } else {
      self = Self.named(word)
    }
  }

  /// Whether the error shows that the table of slots is out of date.
  public var callsForRefresh: Bool {
    switch self {
    case .moved, .malformedRedirect, .clusterDown, .masterDown, .readOnly: true
    default: false
    }
  }

  /// Classifies errors by the text after `ERR`.
  private static func unnamed(_ line: RawSpan) -> RedisError {
    if line.starts(with: "ERR This instance has cluster support disabled") {
      return .clusterDisabled
    }
    return line.contains("while the cluster is down") ? .clusterDown : .other
  }

  /// Classifies errors by their first word, the most frequent first.
  private static func named(_ word: RawSpan) -> RedisError {
    if word.equals("NOSCRIPT") { return .noScript }
    if word.equals("TRYAGAIN") { return .tryAgain }
    if word.equals("CLUSTERDOWN") { return .clusterDown }
    if word.equals("LOADING") { return .loading }
    if word.equals("READONLY") { return .readOnly }
    if word.equals("MASTERDOWN") { return .masterDown }
    if word.equals("BUSY") { return .busy }
    if word.equals("NOREPLICAS") { return .noReplicas }
    if word.equals("OOM") { return .outOfMemory }
    if word.equals("MISCONF") { return .misconfigured }
    if word.equals("NOAUTH") { return .noAuth }
    if word.equals("NOPERM") { return .noPermission }
    if word.equals("WRONGPASS") { return .wrongPassword }
    if word.equals("WRONGTYPE") { return .wrongType }
    if word.equals("CROSSSLOT") { return .crossSlot }
    if word.equals("EXECABORT") { return .executionAborted }
    return .other
  }

  /// Parses ` SLOT HOST:PORT`, where HOST may be an IPv6 address without brackets, a name, empty or
  /// `?`. The last colon separates the port.
  private static func redirect(_ line: RawSpan, from start: Int, asking: Bool) -> RedisError {
    guard start < line.byteCount,
      let space = line.offset(of: UInt8(ascii: " "), from: start + 1),
      let slot = line.extracting(start + 1..<space).decimal(upTo: HashSlot.count - 1),
      let colon = line.lastOffset(of: UInt8(ascii: ":")), colon > space,
      let port = line.extracting(colon + 1..<line.byteCount).decimal(upTo: 65_535), port > 0,
      let host = RedirectHost(line, space + 1, colon)
    else { return .malformedRedirect }
    return asking
      ? .ask(slot: UInt16(slot), host: host, port: UInt16(port))
      : .moved(slot: UInt16(slot), host: host, port: UInt16(port))
  }
}

/// Where a redirect points.
public enum RedirectHost: Equatable, Sendable {
  /// A name or an address, at this range of the error's line.
  case named(ByteRange)
  /// The host of the node that answered: Redis 7 leaves the host out if it has none to report.
  case asked
  /// The node does not know it (`?`): the topology must tell.
  case unknown

  /// The host between `start` and `end` of `line`; nil if it cannot be one.
  init?(_ line: RawSpan, _ start: Int, _ end: Int) {
    let host = line.extracting(start..<end)
    if host.isEmpty {
      self = .asked
    } else if host.equals("?") {
      self = .unknown
    } else if Endpoint.allows(host: host) {
      self = .named(ByteRange(start, end))
    } else {
      return nil
    }
  }
}
