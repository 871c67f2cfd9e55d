import Sessions

private func ending(_ call: Call) -> Call { call.within(ContractNamespaces.ending) }

private let one = ending(.put("s", "one", version: 1))
private let two = ending(.put("s", "two, longer", version: 2))
private let long = Array(repeating: UInt8(ascii: "x"), count: 20_480)

private let ids = [
  "get", "peek", "inspect", "touch", "touch*", "touch=", "delete", "delete*", "put", "put*", "put!",
  "lock", "renew",
]

/// Absolute timeouts: they cap the idle one, survive each write, and their end is the session's.
let absoluteCases = [
  ContractCase(
    "the absolute timeout caps the idle one",
    [
      .expect(one, .created(version: 1)), .expect(ending(.get("s")), one.found(expiresIn: 4)),
      .expect(ending(.peek("s")), one.found(expiresIn: 4)),
      .expect(ending(.inspect("s")), one.inspected(expiresIn: 4)),
      .expect(ending(.touch("s")), .touched), .expect(ending(.peek("s")), one.found(expiresIn: 4)),
      .expect(ending(.lock("s", 7)), one.locked(7, expiresIn: 4)),
      .expect(two.holding(7), .replaced(version: 2)),
      .expect(ending(.peek("s")), two.found(expiresIn: 4)),
      .expect(ending(.put("s", version: 3, idleTimeout: 2)), .replaced(version: 3)),
      .expect(ending(.get("s")), Call.put("", version: 3).found(expiresIn: 2)),
      .expect(ending(.peek("s")), Call.put("", version: 3).found(expiresIn: 2)),
    ]),
  ContractCase(
    "conditions hold in a namespace with an absolute timeout as in any other",
    [
      .expect(two.when(.exists), .conditionFailed()),
      .expect(one.when(.absent), .created(version: 1)),
      .expect(two.when(.absent), .conditionFailed()),
      .expect(ending(.touch("s")).when(.exists), .touched),
      .expect(two.when(.exists).carrying(long), .replaced(version: 2)),
      .expect(ending(.get("s")), two.carrying(long).found(expiresIn: 4)),
      .expect(ending(.delete("s")).when(version: 1), .conditionFailed(present: 2)),
      .expect(ending(.delete("s")).when(.exists), .deleted),
      .expect(ending(.delete("s")).when(.exists), .conditionFailed()),
      .expect(ending(.touch("s")).when(.exists), .conditionFailed()),
      .expect(ending(.delete("s")), .missing), .expect(ending(.touch("s")), .missing),
    ]),
  ContractCase(
    "a session past its absolute timeout is missing for every verb and condition",
    ids.map { .expect(ending(.put($0, version: 1)), .created(version: 1)) }
      + [
        .expect(ending(.put("own", version: 1)).absolute(2), .created(version: 1)),
        .expect(ending(.peek("own")), Call.put("", version: 1).found(expiresIn: 2)),
        .expect(ending(.lock("renew", 7)), Call.put("", version: 1).locked(7, expiresIn: 4)),
        .advance(seconds: 2),
        .expect(ending(.get("own")), .missing),
        .expect(ending(.put("put", version: 5)), .replaced(version: 5)),
        .expect(ending(.get("put")), Call.put("", version: 5).found(expiresIn: 2)),
        .expect(ending(.touch("touch")), .touched),
        .expect(ending(.get("get")), Call.put("", version: 1).found(expiresIn: 2)),
        .advance(seconds: 2),
      ] + afterTheEnd),
]

private let afterTheEnd: [Step] = [
  .expect(ending(.get("get")), .missing),
  .expect(ending(.peek("peek")), .missing),
  .expect(ending(.inspect("inspect")), .missing),
  .expect(ending(.touch("touch")), .missing),
  .expect(ending(.touch("touch*")).when(.exists), .conditionFailed()),
  .expect(ending(.touch("touch=")).when(version: 1), .conditionFailed()),
  .expect(ending(.delete("delete")), .missing),
  .expect(ending(.delete("delete*")).when(.exists), .conditionFailed()),
  .expect(ending(.lock("lock", 8)), .missing),
  .expect(ending(.renew("renew", 7)), .lockLost),
  .expect(ending(.put("put*", version: 2)).when(.exists), .conditionFailed()),
  .expect(ending(.put("put", version: 2)), .created(version: 2)),
  .expect(ending(.put("put!", version: 2)).when(.absent), .created(version: 2)),
  .expect(ending(.peek("put")), Call.put("", version: 2).found(expiresIn: 4)),
  .expect(ending(.get("put!")), Call.put("", version: 2).found(expiresIn: 4)),
]
