// One caller's sessions: what was written, what was acknowledged, and what a read says about both.
// Every write has a number; each tenth deletes. A payload names its caller, place and number, and
// its length and filling follow from them, so that a mixture of two would be seen.

import TestLab

/// What a read says.
enum Verdict: Equatable {
  /// The last acknowledged version, or a later one of this caller's.
  case right
  /// An older one, as far as is known yet.
  case older
  /// An older one, and then the right one.
  case stale
  /// An older one, and none else: an acknowledged write is gone.
  case lost
  /// A version whose writer was told that nobody knows, after a later one was acknowledged.
  case late
  /// A version whose writer was told that it was not carried out.
  case undead
  /// Nothing that this caller ever wrote there.
  case foreign
}

/// A caller and its sessions.
struct Caller {
  private static let places = 4

  let number: Int
  let shard: Int
  var turn = 0
  private var sessions: [Session] = []

  private struct Session {
    var id: String
    /// The number of the last write.
    var written = 0
    /// The last number that was acknowledged, or that was read.
    var known = 0
    /// What nobody knew of, and what was refused, since.
    var doubtful: Set<Int> = []
    var refused: Set<Int> = []
  }

  /// The caller `number`, whose sessions are in `shard`. `run` keeps them apart from those of other
  /// runs on the same cluster, which may come back with an old snapshot.
  init(_ number: Int, shard: Int, run: UInt32) {
    self.number = number
    self.shard = shard
    var candidate = 0
    while sessions.count < Self.places {
      let id = "caller-\(run)-\(number)-\(candidate)"
      candidate += 1
      let slot = HashSlot.of("default:\(id)")
      if HashSlot.shard(of: slot) == shard { sessions.append(Session(id: id)) }
    }
  }

  /// The slots of its sessions.
  var slots: [Int] { sessions.map { HashSlot.of("default:\($0.id)") } }

  private var place: Int { turn / 2 % Self.places }

  /// Where the present session is.
  var target: String { "/v1/sessions/\(sessions[place].id)" }

  private static func deletes(_ number: Int) -> Bool { number % 10 == 0 }

  /// The next write of the present session.
  mutating func nextWrite() -> (method: String, target: String, body: [UInt8]?) {
    sessions[place].written += 1
    let number = sessions[place].written
    if Self.deletes(number) { return ("DELETE", target, nil) }
    return ("PUT", target, body(number))
  }

  private func body(_ number: Int) -> [UInt8] {
    let title = Array("\(self.number)/\(place)/\(number)/".utf8)
    let length = number % 8 == 0 ? 20_000 : 200
    return title + [UInt8](repeating: UInt8(97 + number % 26), count: length - title.count)
  }

  /// Takes the answer to the last write; nil when it failed.
  mutating func noteWrite(_ answer: RawHTTP.Response?) {
    let number = sessions[place].written
    guard answer != nil else {
      sessions[place].doubtful.insert(number)
      return
    }
    sessions[place].known = number
  }

  /// A refusal says that the write was not carried out, and is held to that.
  mutating func noteRefusal() { sessions[place].refused.insert(sessions[place].written) }

  /// What a read says about the present session.
  mutating func judge(_ answer: RawHTTP.Response) -> Verdict {
    guard let number = number(in: answer) else { return .foreign }
    let session = sessions[place]
    if session.refused.contains(number) { return .undead }
    if number < session.known { return session.doubtful.contains(number) ? .late : .older }
    sessions[place].known = number
    return .right
  }

  /// Takes what a wrong read gave for what is, so that each fault is counted once.
  mutating func accept(_ answer: RawHTTP.Response) {
    let number = number(in: answer) ?? 0
    sessions[place].known = number
    sessions[place].refused.remove(number)
  }

  /// The number of the write that an answer shows; nil when this caller never wrote that.
  private func number(in answer: RawHTTP.Response) -> Int? {
    let session = sessions[place]
    // Nothing is there: the last delete that may have happened, or the beginning.
    if answer.status == 404 {
      return (0...session.written).last {
        Self.deletes($0) && !session.refused.contains($0)
      }
    }
    let title = String(decoding: answer.body.prefix(60), as: UTF8.self)
    let parts = title.split(separator: "/").prefix(3).compactMap { Int($0) }
    guard parts.count == 3, parts[2] > 0, parts[2] <= session.written, answer.body == body(parts[2])
    else { return nil }
    return parts[2]
  }
}
