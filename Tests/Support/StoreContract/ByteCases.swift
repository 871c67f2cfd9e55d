import Sessions

private let allowed =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@"

private let everyByte = (0...255).map { UInt8($0) }

/// `count` bytes in which every value occurs and no stretch repeats another at the same offset.
private func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16) }
}

/// A put of these bytes comes back byte for byte, from each read.
private func keeps(_ what: String, _ put: Call, id: String = "s") -> ContractCase {
  ContractCase(
    "kept byte for byte: \(what)",
    [
      .expect(put, .created(version: put.version)),
      .expect(.get(id), put.found(expiresIn: 1_200)),
      .expect(.peek(id), put.found(expiresIn: 1_200)),
      .expect(.inspect(id), put.inspected(expiresIn: 1_200)),
      .expect(.touch(id), .touched),
      .expect(.delete(id), .deleted),
      .expect(.get(id), .missing),
    ])
}

private let put = Call.put("s", version: 7)
private let longID = String(repeating: "0123456789abcdef", count: 16)

/// Payloads, content types and ids, byte for byte.
let byteCases =
  [0, 1, 96, 20_480, 1_048_576].map { keeps("\($0) bytes", put.carrying(pattern($0))) } + [
    keeps("every value of a byte", put.carrying(everyByte)),
    keeps("only zeros", put.carrying(Array(repeating: 0, count: 512))),
    keeps("line ends, as in a protocol", put.carrying(Array("\r\n$-1\r\n+OK\r\n\0\n".utf8))),
    keeps("no content type", put.typed("")),
    keeps("no content type and no payload", put.typed("").carrying([])),
    keeps("a content type with parameters", put.typed("Text/HTML; charset=\"UTF-8\"")),
    keeps("the longest content type", put.typed(String(repeating: "t", count: 255))),
    keeps("an id of one byte", .put("~", version: 7), id: "~"),
    keeps("an id of every allowed character", .put(allowed, version: 7), id: allowed),
    keeps("an id of 256 bytes", .put(longID, version: 7), id: longID),
    ContractCase(
      "ids differ by case, by their last byte and by length",
      ["s", "S", "s:", "s.", "ss"].enumerated().map { number, id in
        .expect(
          .put(id, "payload of \(id)", version: UInt64(number + 1)),
          .created(version: UInt64(number + 1)))
      }
        + ["s", "S", "s:", "s.", "ss"].enumerated().map { number, id in
          .expect(
            .get(id),
            Call.put(id, "payload of \(id)", version: UInt64(number + 1)).found(expiresIn: 1_200))
        }),
    ContractCase(
      "a shorter payload leaves nothing of a longer one",
      [
        .expect(put.carrying(pattern(20_480)), .created(version: 7)),
        .expect(put.carrying([1]).typed("a/b"), .replaced(version: 7)),
        .expect(.get("s"), put.carrying([1]).typed("a/b").found(expiresIn: 1_200)),
        .expect(put.carrying([]).typed(""), .replaced(version: 7)),
        .expect(.get("s"), put.carrying([]).typed("").found(expiresIn: 1_200)),
        .expect(put.carrying(pattern(4_096)), .replaced(version: 7)),
        .expect(.get("s"), put.carrying(pattern(4_096)).found(expiresIn: 1_200)),
      ]),
  ]
