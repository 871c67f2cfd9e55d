import Sessions

private let one = Call.put("s", "one", version: 0x0123_4567_89ab_cdef)
private let two = Call.put("s", "two, longer", version: 2)
private let long = Array(repeating: UInt8(ascii: "x"), count: 20_480)

/// Each write under a list of versions: on the session that has one of them, on one that has none,
/// and on none at all.
let versionCases =
  [("a short payload", two), ("a long payload", two.carrying(long))].flatMap { what, two in
    [
      ContractCase(
        "put of \(what) on the version that is there",
        [
          .expect(one, .created(version: one.version)),
          .expect(two.when(version: one.version), .replaced(version: 2)),
          .expect(.get("s"), two.found(expiresIn: 1_200)),
          .expect(two.when(version: one.version), .conditionFailed(present: 2)),
        ]),
      ContractCase(
        "put of \(what) on another version changes nothing and tells the present one",
        [
          .expect(one, .created(version: one.version)),
          .expect(two.when(version: 1, 3), .conditionFailed(present: one.version)),
          .expect(.peek("s"), one.found(expiresIn: 1_200)),
        ]),
      ContractCase(
        "put of \(what) on a version of what is gone does not bring it back",
        [
          .expect(one, .created(version: one.version)), .expect(.delete("s"), .deleted),
          .expect(two.when(version: one.version), .conditionFailed()),
          .expect(.get("s"), .missing),
        ]),
    ]
  } + [
    ContractCase(
      "one of sixteen versions is enough, whichever it is",
      [1, 9, 16].map { UInt64($0) }.flatMap { place -> [Step] in
        [
          .expect(
            .put("s", version: place), place == 1 ? .created(version: 1) : .replaced(version: place)
          ),
          .expect(
            Call.touch("s").when(version: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
            .touched),
        ]
      }),
    ContractCase(
      "weak tags and tags of others match nothing",
      [
        .expect(one, .created(version: one.version)),
        .expect(
          .touch("s").when(tags: #"W/"0123456789abcdef""#),
          .conditionFailed(present: one.version)),
        .expect(
          .touch("s").when(tags: #""abc", "0123456789abcdeF","0123456789abcdef0""#),
          .conditionFailed(present: one.version)),
        .expect(.touch("s").when(tags: #""abc"  ,W/"x","0123456789abcdef""#), .touched),
      ]),
    ContractCase(
      "touch on a version",
      [
        .expect(.touch("s").when(version: 1), .conditionFailed()),
        .expect(.put("s", version: 1, idleTimeout: 90), .created(version: 1)),
        .expect(.touch("s").when(version: 2), .conditionFailed(present: 1)),
        .expect(.touch("s").when(version: 1), .touched),
        .expect(.peek("s"), Call.put("s", version: 1).found(expiresIn: 90)),
      ]),
    ContractCase(
      "delete on a version",
      [
        .expect(.delete("s").when(version: 1), .conditionFailed()),
        .expect(one, .created(version: one.version)),
        .expect(.delete("s").when(version: 1), .conditionFailed(present: one.version)),
        .expect(.peek("s"), one.found(expiresIn: 1_200)),
        .expect(.delete("s").when(version: 2, one.version), .deleted),
        .expect(.get("s"), .missing),
      ]),
    ContractCase(
      "a put on a version sets its own timeout, or the namespace's again",
      [
        .expect(.put("s", version: 1, idleTimeout: 90), .created(version: 1)),
        .expect(
          Call.put("s", version: 2, idleTimeout: 40).when(version: 1), .replaced(version: 2)),
        .expect(.peek("s"), Call.put("s", version: 2).found(expiresIn: 40)),
        .expect(Call.put("s", version: 3).when(version: 2), .replaced(version: 3)),
        .expect(.get("s"), Call.put("s", version: 3).found(expiresIn: 1_200)),
      ]),
  ]
