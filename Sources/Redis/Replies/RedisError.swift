// An error reply, told apart by its first word. Comes in as the bytes of the line without its `-`,
// goes out as a case without strings: what the words after the first say may hold keys, and belongs
// in no log. Hosts of redirections are ranges of the line that was classified.

public import Primitives

/// What an error of a Redis node means to its client.
public enum RedisError: Equatable, Sendable {
  /// The slot is served by another node now.
  /// 1. Patch the slot's owner. 2. Refresh the topology soon. 3. Resend to that node; when it is the
  /// node that was asked, reconnect to it first.
  case moved(slot: UInt16, host: RedirectHost, port: UInt16)
  /// The slot is on its way to another node, and this key is there already.
  /// 1. Leave the slot's owner. 2. Send `ASKING` and the command to that node, this once.
  case ask(slot: UInt16, host: RedirectHost, port: UInt16)
  /// A `MOVED` or `ASK` that can't be read. Not executed: refresh the topology and resend.
  case malformedRedirect
  /// `TRYAGAIN`: the keys of a command are split between two nodes. Back off and resend.
  case tryAgain
  /// `CLUSTERDOWN`: slots are unserved. Back off, refresh the topology, resend. A script meets it in its
  /// first write and says it in an `ERR`, under `cluster-allow-reads-when-down yes`.
  case clusterDown
  /// `MASTERDOWN`: a replica lost its master. Back off, refresh the topology, resend.
  case masterDown
  /// `LOADING`: the node reads its data set. Back off and resend.
  case loading
  /// `READONLY`: the node is a replica now. Refresh the topology, back off, resend.
  case readOnly
  /// `BUSY`: a script runs for too long. Back off and resend.
  case busy
  /// `NOREPLICAS`: too few replicas for a write. Back off and resend.
  case noReplicas
  /// `NOSCRIPT`: load the script on this node and repeat.
  case noScript
  /// `OOM`: the node's memory is used up. No retry; the caller is told.
  case outOfMemory
  /// `MISCONF`: the node can't persist and refuses writes. No retry; an operator is needed.
  case misconfigured
  /// `NOAUTH`: the node wants a password. No retry; an operator is needed.
  case noAuth
  /// `NOPERM`: the user may not do this. No retry; an operator is needed.
  case noPermission
  /// `WRONGPASS`: the user or password is wrong. No retry; an operator is needed.
  case wrongPassword
  /// `WRONGTYPE`: the key holds something that is not ours. No retry.
  case wrongType
  /// `CROSSSLOT`: the keys of a command are in different slots. A bug of the client.
  case crossSlot
  /// `EXECABORT`: the transaction was discarded, since one of its commands was refused; that
  /// command's own error came before.
  case executionAborted
  /// `ERR This instance has cluster support disabled`: the node is a cluster of one, all slots are
  /// its own.
  case clusterDisabled
  /// Any other error. What happened is not known.
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

  /// Whether the error says that the table of slots is out of date.
  public var callsForRefresh: Bool {
    switch self {
    case .moved, .malformedRedirect, .clusterDown, .masterDown, .readOnly: true
    default: false
    }
  }

  /// The errors that are told by what follows `ERR`.
  private static func unnamed(_ line: RawSpan) -> RedisError {
    if line.starts(with: "ERR This instance has cluster support disabled") {
      return .clusterDisabled
    }
    return line.contains("while the cluster is down") ? .clusterDown : .other
  }

  /// The errors that are told by one word. The most frequent come first.
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

  /// Reads ` SLOT HOST:PORT`, where HOST may be an IPv6 address without brackets, a name, nothing or
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

/// Where a redirection points.
public enum RedirectHost: Equatable, Sendable {
  /// A name or an address, at this range of the error's line.
  case named(ByteRange)
  /// The host of the node that was asked: Redis 7 leaves the host out when it has none to tell.
  case asked
  /// The node does not know (`?`): the topology has to tell.
  case unknown

  /// What is between `start` and `end` of `line`; nil when it can't be a host.
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
