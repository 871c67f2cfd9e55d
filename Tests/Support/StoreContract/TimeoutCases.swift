import Sessions

private func brief(_ call: Call) -> Call { call.within(ContractNamespaces.brief) }

private let lasting = Call.put("s", "lasting", version: 1)
private let own = Call.put("s", "own", version: 2, idleTimeout: 90)

/// Idle timeouts: whose they are, what slides them, and that their end is the session's end. The
/// cases in which seconds pass are few, and each of them looks at several sessions.
let timeoutCases = [
  ContractCase(
    "a session of its own timeout goes by it for every read",
    [
      .expect(own, .created(version: 2)), .expect(.get("s"), own.found(expiresIn: 90)),
      .expect(.peek("s"), own.found(expiresIn: 90)),
      .expect(.inspect("s"), own.inspected(expiresIn: 90)), .expect(.touch("s"), .touched),
      .expect(.peek("s"), own.found(expiresIn: 90)),
    ]),
  ContractCase(
    "the longest and the shortest timeout",
    [
      .expect(.put("s", version: 1, idleTimeout: 31_536_000), .created(version: 1)),
      .expect(.peek("s"), Call.put("s", version: 1).found(expiresIn: 31_536_000)),
      .expect(.get("s"), Call.put("s", version: 1).found(expiresIn: 31_536_000)),
      .expect(.touch("s"), .touched),
      .expect(.peek("s"), Call.put("s", version: 1).found(expiresIn: 31_536_000)),
      .expect(.put("s", version: 2, idleTimeout: 1), .replaced(version: 2)),
      .expect(.peek("s"), Call.put("s", version: 2).found(expiresIn: 1)),
    ]),
  ContractCase(
    "a put replaces the timeout, by none with the namespace's",
    [
      .expect(own, .created(version: 2)), .expect(.peek("s"), own.found(expiresIn: 90)),
      .expect(.put("s", version: 3, idleTimeout: 40), .replaced(version: 3)),
      .expect(.get("s"), Call.put("s", version: 3).found(expiresIn: 40)),
      .expect(lasting, .replaced(version: 1)),
      .expect(.peek("s"), lasting.found(expiresIn: 1_200)),
      .expect(.get("s"), lasting.found(expiresIn: 1_200)), .expect(.touch("s"), .touched),
      .expect(.peek("s"), lasting.found(expiresIn: 1_200)),
      .expect(own.when(.exists), .replaced(version: 2)),
      .expect(.peek("s"), own.found(expiresIn: 90)),
    ]),
  slidingCase,
  expiryCase,
]

/// `get`, `touch` and `put` start the timeout anew; `peek` and `inspect` tell what is left of it.
private let slidingCase = ContractCase(
  "get, touch and put slide; peek and inspect do not",
  ["got", "touched", "put", "peeked", "inspected"].map {
    .expect(.put($0, version: 1, idleTimeout: 30), .created(version: 1))
  } + [
    .advance(seconds: 2),
    .expect(.get("got"), Call.put("", version: 1).found(expiresIn: 30)),
    .expect(.touch("touched"), .touched),
    .expect(.put("put", version: 2, idleTimeout: 30), .replaced(version: 2)),
    .expect(.peek("peeked"), Call.put("", version: 1).found(expiresIn: 28)),
    .expect(.inspect("inspected"), Call.put("", version: 1).inspected(expiresIn: 28)),
    .advance(seconds: 2),
    .expect(.peek("got"), Call.put("", version: 1).found(expiresIn: 28)),
    .expect(.peek("touched"), Call.put("", version: 1).found(expiresIn: 28)),
    .expect(.peek("put"), Call.put("", version: 2).found(expiresIn: 28)),
    .expect(.peek("peeked"), Call.put("", version: 1).found(expiresIn: 26)),
    .expect(.inspect("inspected"), Call.put("", version: 1).inspected(expiresIn: 26)),
    .expect(.put("put", version: 3, idleTimeout: 9).when(.absent), .conditionFailed()),
    .expect(.peek("put"), Call.put("", version: 2).found(expiresIn: 28)),
  ])

private let ids = [
  "get", "peek", "inspect", "touch", "touch*", "delete", "delete*", "put", "put*", "put!",
]

/// Every verb under every condition on a session that is past its timeout, be it its own or its
/// namespace's: nothing tells it from one that never was.
private let expiryCase = ContractCase(
  "a session past its timeout is missing for every verb and condition",
  ids.map { .expect(.put($0, version: 1, idleTimeout: 1), .created(version: 1)) }
    + ids.map { .expect(brief(.put($0, version: 1)), .created(version: 1)) }
    + [.expect(.put("stays", version: 1, idleTimeout: 60), .created(version: 1))]
    + [.advance(seconds: 2)] + afterTheEnd(idleTimeout: 1_200) { $0 }
    + afterTheEnd(idleTimeout: 2, brief)
    + [.expect(.peek("stays"), Call.put("", version: 1).found(expiresIn: 58))])

private func afterTheEnd(idleTimeout: Int, _ place: (Call) -> Call) -> [Step] {
  let found = Call.put("", version: 2).found(expiresIn: idleTimeout)
  return [
    .expect(place(.get("get")), .missing),
    .expect(place(.peek("peek")), .missing),
    .expect(place(.inspect("inspect")), .missing),
    .expect(place(.touch("touch")), .missing),
    .expect(place(.touch("touch*").when(.exists)), .conditionFailed()),
    .expect(place(.peek("touch")), .missing),
    .expect(place(.delete("delete")), .missing),
    .expect(place(.delete("delete*").when(.exists)), .conditionFailed()),
    .expect(place(.put("put", version: 2)), .created(version: 2)),
    .expect(place(.put("put*", version: 2).when(.exists)), .conditionFailed()),
    .expect(place(.peek("put*")), .missing),
    .expect(place(.put("put!", version: 2).when(.absent)), .created(version: 2)),
    .expect(place(.peek("put")), found),
    .expect(place(.get("put!")), found),
    .expect(place(.delete("put")), .deleted),
    .expect(place(.peek("put")), .missing),
  ]
}
