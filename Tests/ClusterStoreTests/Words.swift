// What goes over the wire, for tests to write down and to read.

import Primitives
import Redis
import Sessions
import StoreContract

@testable import ClusterStore

/// A command as the store wrote it.
enum Command {
  /// Takes the first complete command from `bytes`, as its words: an array of bulk strings.
  static func next(in bytes: inout [UInt8]) -> [String]? {
    var at = 0
    guard let count = number(after: UInt8(ascii: "*"), in: bytes, &at) else { return nil }
    var words: [String] = []
    for _ in 0..<count {
      guard let length = number(after: UInt8(ascii: "$"), in: bytes, &at),
        bytes.count >= at + length + 2
      else { return nil }
      words.append(String(decoding: bytes[at..<at + length], as: UTF8.self))
      at += length + 2
    }
    bytes.removeFirst(at)
    return words
  }

  /// Takes the first complete reply from `bytes`: a line or a bulk string.
  static func dropReply(from bytes: inout [UInt8]) -> Bool {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    var length = end + 1
    if bytes[0] == UInt8(ascii: "$") {
      let size = Int(String(decoding: bytes[1..<end - 1], as: UTF8.self)) ?? -1
      if size >= 0 { length += size + 2 }
    }
    guard bytes.count >= length else { return false }
    bytes.removeFirst(length)
    return true
  }

  /// The words in one line; a record is told by its name only.
  static func line(_ words: [String]) -> String {
    words.map { $0.hasPrefix("SG\u{1}") ? "<record>" : $0 }.joined(separator: " ")
  }

  /// What a lost write's deciding command becomes when it goes again over a version, or over nothing.
  static func again(_ command: String, over version: UInt64? = nil) -> String {
    let found = String(
      decoding: (0..<8).reversed().map { UInt8(truncatingIfNeeded: (version ?? 0) >> ($0 * 8)) },
      as: UTF8.self)
    let words = command.split(separator: " ", maxSplits: 2)
    if words[0] == "EVALSHA" { return "\(command) \(found)" }
    let rest = ["EVALSHA", "\(Script.repeated.digest)", "1", String(words[1]), String(words[0])]
    return (rest + words.dropFirst(2).map(String.init) + [found]).joined(separator: " ")
  }

  private static func number(after mark: UInt8, in bytes: [UInt8], _ at: inout Int) -> Int? {
    guard at < bytes.count, bytes[at] == mark,
      let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    defer { at = end + 1 }
    return Int(String(decoding: bytes[at + 1..<end - 1], as: UTF8.self))
  }
}

/// Ids whose slots are in one half of the cluster.
enum ID {
  /// One whose slot is below 8192: node 7000's.
  static let low = first { $0 < 8192 }
  /// Another one.
  static let low2 = first { $0 < 8192 && $0 != slot(low) }
  /// One whose slot is 8192 or more: node 7001's.
  static let high = first { $0 >= 8192 }

  /// The slot of an id in the first namespace.
  static func slot(_ id: String, in namespace: String = "first") -> Int {
    let name = Array("\(namespace):\(id)".utf8)
    return unsafe Int(HashSlot.of(key: name.span.bytes))
  }

  private static func first(where fits: (Int) -> Bool) -> String {
    (0...).lazy.map { "id\($0)" }.first { fits(slot($0)) }!
  }
}

/// What a node answers to CLUSTER SLOTS.
struct Slots {
  let text: String

  /// Ranges with their primary's port, and replicas' ports; all nodes on one host.
  ///
  /// - Parameter life: which of the nodes that ever were at these addresses; each has ids of its own.
  init(
    _ ranges: [(Int, Int, UInt16)], replicas: [UInt16: [UInt16]] = [:], life: Int = 0
  ) {
    var text = "*\(ranges.count)\r\n"
    for (first, last, port) in ranges {
      let nodes = [port] + (replicas[port] ?? [])
      text += "*\(2 + nodes.count)\r\n:\(first)\r\n:\(last)\r\n"
      for node in nodes { text += Self.node("10.0.0.1", node, life) }
    }
    self.text = text
  }

  /// All slots at one node of this host, written as `CLUSTER SLOTS` may write it.
  init(host: String?, port: UInt16) {
    text = "*1\r\n*3\r\n:0\r\n:16383\r\n" + Self.node(host, port)
  }

  /// What CLUSTER NODES says of nodes and the epochs with which they claim slots.
  static func epochs(_ epochs: [UInt16: Int], life: Int = 0) -> String {
    var text = ""
    for (port, epoch) in epochs.sorted(by: { $0.key < $1.key }) {
      text += "\(id(port, life)) 10.0.0.1:\(port)@1\(port) master - 0 0 \(epoch) connected\n"
    }
    return "$\(text.utf8.count)\r\n\(text)\r\n"
  }

  /// What a node answers to CLUSTER MYID.
  static func identity(_ port: UInt16, life: Int = 0) -> String {
    "$40\r\n\(id(port, life))\r\n"
  }

  private static func id(_ port: UInt16, _ life: Int) -> String {
    String(repeating: "\(life)", count: 36) + String(port)
  }

  private static func node(_ host: String?, _ port: UInt16, _ life: Int = 0) -> String {
    let name = host.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n"
    return "*4\r\n\(name):\(port)\r\n$40\r\n\(id(port, life))\r\n*0\r\n"
  }
}

/// Replies.
enum Say {
  static let ok = "+OK\r\n"
  static let null = "$-1\r\n"
  static let empty = "$0\r\n\r\n"
  static let one = ":1\r\n"
  static let zero = ":0\r\n"
  static let forbidden = "-NOPERM no\r\n"
  static let loading = "-LOADING Redis is loading the dataset in memory\r\n"

  static func bulk(_ bytes: [UInt8]) -> [UInt8] {
    Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10]
  }

  /// The record that a `put` of this call made.
  static func record(
    _ call: Call, stamp: WriteStamp = .unknown, wall: Int64 = 1, until deadline: Int64 = 0
  ) -> [UInt8] {
    var header = RecordHeader(
      contentTypeLength: call.contentType.count, payloadLength: call.payload.count,
      version: SessionVersion(bits: call.version), created: UnixTime(milliseconds: wall),
      ownIdleTimeout: call.idleTimeout, stamp: stamp)
    header.absoluteDeadline = UnixTime(milliseconds: deadline)
    let encoded = header.encoded
    return encoded.indices.map { encoded[$0] } + call.contentType + call.payload
  }

  /// Only its header.
  static func header(
    _ call: Call, stamp: WriteStamp = .unknown, wall: Int64 = 1, until deadline: Int64 = 0
  ) -> [UInt8] {
    bulk(Array(record(call, stamp: stamp, wall: wall, until: deadline).prefix(96)))
  }

  /// What a repeat's script answers that finds this instead, or nothing.
  static func changed(_ call: Call? = nil, stamp: WriteStamp = .unknown) -> [UInt8] {
    let header = call.map { record($0, stamp: stamp).prefix(96) } ?? []
    return bulk([UInt8(ascii: "O")] + header)
  }

  /// All of it.
  static func session(_ call: Call) -> [UInt8] { bulk(record(call)) }
}
