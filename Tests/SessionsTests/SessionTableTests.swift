import Chance
import Primitives
import Testing

@testable import Sessions

@Suite("Session table")
struct SessionTableTests {
  @Test("A table does what a dictionary does", arguments: [UInt64(1), 2, 3, 4])
  func agreesWithDictionary(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var table = SessionTable()
    var model: [Int: UInt64] = [:]
    for step in 0..<6_000 {
      // It fills, empties and fills again, so that it grows, shrinks and closes gaps.
      let prefersInsert = (step / 1_500).isMultiple(of: 2)
      let number = Int.random(in: 0..<900, using: &random)
      let place = table.find(Self.hash(number, seed), .init(0), Self.command(number).id.bytes)
      #expect((place != nil) == (model[number] != nil))
      if let place { #expect(table[place].version.bits == model[number]) }
      let inserts = Int.random(in: 0..<10, using: &random) < (prefersInsert ? 8 : 2)
      if let place, !inserts {
        let removed = table.remove(at: place)
        #expect(removed.version.bits == model.removeValue(forKey: number))
      } else if place == nil, inserts {
        let version = random.next()
        table.insert(Self.entry(number, version: version), hash: Self.hash(number, seed))
        model[number] = version
      }
      #expect(table.count == model.count)
    }
    for number in 0..<900 {
      let place = table.find(Self.hash(number, seed), .init(0), Self.command(number).id.bytes)
      #expect(place.map { table[$0].version.bits } == model[number])
    }
  }

  @Test("Names that hash alike are told apart by their bytes and their namespace")
  func toleratesCollisions() {
    var table = SessionTable()
    for number in 0..<40 { table.insert(Self.entry(number, version: UInt64(number)), hash: 7) }
    for number in 0..<40 {
      let id = Self.command(number).id
      let place = table.find(7, .init(0), id.bytes)
      #expect(place.map { table[$0].version.bits } == UInt64(number))
      #expect(table.find(7, .init(1), id.bytes) == nil)
      #expect(table.find(8, .init(0), id.bytes) == nil)
    }
    #expect(table.find(7, .init(0), Self.command(40).id.bytes) == nil)
  }

  @Test("A table grows at three quarters and shrinks below one")
  func growsAndShrinks() throws {
    var table = SessionTable()
    #expect(table.places == 8)
    for number in 0..<6 { table.insert(Self.entry(number), hash: Self.hash(number, 9)) }
    #expect(table.places == 8)
    table.insert(Self.entry(6), hash: Self.hash(6, 9))
    #expect(table.places == 16)
    for number in 7..<1_000 { table.insert(Self.entry(number), hash: Self.hash(number, 9)) }
    #expect(table.places == 2_048)
    for number in 0..<990 {
      let place = table.find(Self.hash(number, 9), .init(0), Self.command(number).id.bytes)
      table.remove(at: try #require(place))
    }
    #expect(table.places == 32)
    for number in 990..<1_000 {
      #expect(
        table.find(Self.hash(number, 9), .init(0), Self.command(number).id.bytes) != nil)
    }
  }

  @Test("A round of the hand frees all that is over and nothing else")
  func sweepsExactly() {
    var table = SessionTable()
    for number in 0..<500 {
      // Six hashes for 500 names: long runs, in which much shifts back.
      table.insert(
        Self.entry(number, idleDeadline: Int64(number)), hash: UInt64(number % 6 + 250))
    }
    var freed = 0
    for _ in 0..<table.places {
      let (looked, bytes) = table.sweep(2, at: Instant(nanoseconds: 299))
      #expect(looked == 2)
      freed += bytes
    }
    #expect(table.count == 200)
    #expect(freed == 300 * (SharedSessions.overhead + 8))
    for number in 0..<500 {
      let place = table.find(
        UInt64(number % 6 + 250), .init(0), Self.command(number).id.bytes)
      #expect((place != nil) == (number >= 300))
    }
  }

  @Test("A hash goes by namespace and id, and is never 0")
  func hashesNames() {
    let id = Self.command(1).id
    #expect(SessionTable.hash(.init(0), id.bytes) == SessionTable.hash(.init(0), id.bytes))
    #expect(SessionTable.hash(.init(0), id.bytes) != SessionTable.hash(.init(1), id.bytes))
    let hashes = (0..<1_000).map { SessionTable.hash(.init(0), Self.command($0).id.bytes) }
    #expect(Set(hashes).count == 1_000)
    #expect(hashes.allSatisfy { $0 != 0 })
  }

  /// A hash that meets others often: 64 homes only, near the end of a small table too.
  private static func hash(_ number: Int, _ seed: UInt64) -> UInt64 {
    (UInt64(number) &* (2 * seed + 1)) % 64 + 1 << 63
  }

  private static func command(_ number: Int) -> SessionCommand {
    var command = SessionCommand(.put)
    // Eight letters, so that each costs the same.
    for shift in 0..<8 { _ = command.id.append(UInt8(97 + (number >> (shift * 2)) & 3)) }
    return command
  }

  private static func entry(
    _ number: Int, version: UInt64 = 1, idleDeadline: Int64 = .max
  ) -> SessionEntry {
    let request: [UInt8] = []
    guard let record = unsafe SessionRecord(command(number), request: request.span.bytes) else {
      preconditionFailure("the machine is out of memory")
    }
    return SessionEntry(
      record: record, version: SessionVersion(bits: version), absoluteDeadline: .never,
      idleDeadline: Instant(nanoseconds: idleDeadline), ownIdleTimeout: 0)
  }
}
