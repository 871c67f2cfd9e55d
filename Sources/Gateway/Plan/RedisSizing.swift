// What a number of sessions needs of Redis: memory, bandwidth and servers. It does not apply to the
// memory store.
//
// The memory of a session in Redis 7.0, in cluster mode, rounded up as jemalloc does: the key and
// the value as strings, the value's object (16), an entry with its slot's list in the dictionary
// (40) and one among the expiring keys (24), and a bucket in each (8, up to 16 while it is half
// empty).

public import Primitives
import Sessions

/// The Redis that a number of sessions needs.
public struct RedisSizing {
  /// Sessions that live at the same time.
  public var sessions: Int
  /// The mean payload, in bytes.
  public var size: Int
  /// Requests a second, of all gateways together.
  public var rate: Int
  /// How long a session lives after its last use.
  public var idleTimeout: TimeSpan
  /// The number of servers, each with a primary and the replica of another server's.
  public var servers: Int

  /// A sizing from its parts.
  public init(sessions: Int, size: Int, rate: Int, idleTimeout: TimeSpan, servers: Int) {
    precondition(sessions > 0 && size >= 0 && rate >= 0 && servers > 0, "counts are not negative")
    self.sessions = sessions
    self.size = size
    self.rate = rate
    self.idleTimeout = idleTimeout
    self.servers = servers
  }

  /// Typical lengths of a key and of a content type, in bytes.
  private static let key = 48
  private static let contentType = 16
  /// What a command and its reply have besides the payload, in bytes.
  private static let command = 160

  /// What one session takes in one node, in bytes.
  public var sessionBytes: Int {
    let value = RecordHeader.length + Self.contentType + size
    return Self.string(Self.key) + Self.string(value) + 16 + 48 + 32 + 32
  }

  /// What all primaries hold, in bytes.
  public var primaryBytes: Int { sessions * sessionBytes }

  /// A string's header (3, 5 or 9 bytes) and final byte, rounded up to a block of jemalloc's.
  private static func string(_ count: Int) -> Int {
    let header = count < 256 ? 3 : count < 65_536 ? 5 : 9
    return Blocks.rounded(count + header + 1)
  }

  /// The sizing as text.
  public var text: String {
    let seconds = max(1, Int(idleTimeout.seconds))
    // A quarter for fragmentation, replication buffers and growth; a fork while saving is not
    // included.
    let perNode = primaryBytes / servers * 5 / 4
    let bits = Double(rate) * Double(size + Self.command) * 8
    let all = sessions.counted("session")
    return Table("Redis for \(all) of \(Amount.bytes(size)), \(rate) requests/s")
      .row(
        "one session", Amount.bytes(sessionBytes), "payload, header, key and Redis's overhead"
      )
      .row("all primaries", Amount.bytes(primaryBytes), "")
      .row("primaries and replicas", Amount.bytes(primaryBytes * 2), "one replica each")
      .row("maxmemory of a node", Amount.bytes(perNode), "its share plus a quarter")
      .row("memory of a server", Amount.bytes(perNode * 2), "a primary and a replica")
      .row("gateways and Redis", Amount.bits(bits), "payloads, in one direction or the other")
      .row("gateways' network", Amount.bits(bits * 2), "clients' side included")
      .row("replication at most", Amount.bits(bits), "when every request writes")
      .row("sessions that end", "\(sessions / seconds)/s", "when all live to their idle timeout")
      .text + "\n" + loss
  }

  /// What remains when a server is lost.
  private var loss: String {
    if servers < 3 {
      return "  With fewer than three servers, losing one leaves no majority."
    }
    return """
        Of \(servers) servers one may be lost: a replica on another takes over, and that server
        serves 2/\(servers) of all requests. Every slot keeps a node, but some lose their replica.
      """
  }
}

/// The block sizes of jemalloc: four between any two powers of two.
enum Blocks {
  /// The smallest block that holds `count` bytes.
  static func rounded(_ count: Int) -> Int {
    if count <= 8 { return 8 }
    if count <= 128 { return (count + 15) & ~15 }
    let step = 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount - 3)
    return (count + step - 1) & ~(step - 1)
  }
}
