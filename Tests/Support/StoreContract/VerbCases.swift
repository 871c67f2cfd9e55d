import Sessions

private let one = Call.put("s", "one", version: 1)
private let two = Call.put("s", "two, longer", version: 2)

/// Each verb on a session that is there and on one that is not, without a condition.
let verbCases = [
  ContractCase(
    "reads, touch and delete miss what was never put",
    [
      .expect(.get("s"), .missing), .expect(.peek("s"), .missing),
      .expect(.inspect("s"), .missing), .expect(.touch("s"), .missing),
      .expect(.delete("s"), .missing), .expect(.get("s"), .missing),
    ]),
  ContractCase(
    "get gives what put kept",
    [.expect(one, .created(version: 1)), .expect(.get("s"), one.found(expiresIn: 1_200))]),
  ContractCase(
    "peek gives what put kept",
    [.expect(one, .created(version: 1)), .expect(.peek("s"), one.found(expiresIn: 1_200))]),
  ContractCase(
    "inspect gives all but the payload",
    [.expect(one, .created(version: 1)), .expect(.inspect("s"), one.inspected(expiresIn: 1_200))]),
  ContractCase(
    "put replaces payload, content type and version",
    [
      .expect(one, .created(version: 1)),
      .expect(two.typed("application/json"), .replaced(version: 2)),
      .expect(.get("s"), two.typed("application/json").found(expiresIn: 1_200)),
      .expect(one, .replaced(version: 1)),
      .expect(.peek("s"), one.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "a version is new with each write and stays the same for reads and touches",
    [
      .expect(.put("s", version: 0x0123_4567_89ab_cdef), .created(version: 0x0123_4567_89ab_cdef)),
      .expect(
        .get("s"), Call.put("s", version: 0x0123_4567_89ab_cdef).found(expiresIn: 1_200)),
      .expect(.touch("s"), .touched),
      .expect(
        .inspect("s"), Call.put("s", version: 0x0123_4567_89ab_cdef).inspected(expiresIn: 1_200)),
      .expect(.put("s", version: .max), .replaced(version: .max)),
      .expect(.get("s"), Call.put("s", version: .max).found(expiresIn: 1_200)),
      .expect(.peek("s"), Call.put("s", version: .max).found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "touch changes nothing but the timeout",
    [
      .expect(one, .created(version: 1)), .expect(.touch("s"), .touched),
      .expect(.get("s"), one.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "delete removes, once",
    [
      .expect(one, .created(version: 1)), .expect(.delete("s"), .deleted),
      .expect(.delete("s"), .missing), .expect(.get("s"), .missing),
      .expect(.peek("s"), .missing), .expect(.inspect("s"), .missing),
      .expect(.touch("s"), .missing),
    ]),
  ContractCase(
    "put after delete creates",
    [
      .expect(one, .created(version: 1)), .expect(.delete("s"), .deleted),
      .expect(two, .created(version: 2)), .expect(.get("s"), two.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "sessions beside each other are left alone",
    [
      .expect(.put("a", "A", version: 1), .created(version: 1)),
      .expect(.put("b", "B", version: 2), .created(version: 2)),
      .expect(.put("aa", "AA", version: 3), .created(version: 3)),
      .expect(.delete("a"), .deleted), .expect(.get("a"), .missing),
      .expect(.get("b"), Call.put("b", "B", version: 2).found(expiresIn: 1_200)),
      .expect(.get("aa"), Call.put("aa", "AA", version: 3).found(expiresIn: 1_200)),
    ]),
]
