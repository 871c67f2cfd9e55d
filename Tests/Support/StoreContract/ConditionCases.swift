import Sessions

private let one = Call.put("s", "one", version: 1)
private let two = Call.put("s", "two", version: 2)

/// Each write on a session that is there and on one that is not, under each condition.
let conditionCases = [
  ContractCase(
    "put if absent creates",
    [
      .expect(one.when(.absent), .created(version: 1)),
      .expect(.get("s"), one.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "put if absent leaves a session that exists alone",
    [
      .expect(one, .created(version: 1)), .expect(two.when(.absent), .conditionFailed()),
      .expect(.get("s"), one.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "put if it exists replaces",
    [
      .expect(one, .created(version: 1)), .expect(two.when(.exists), .replaced(version: 2)),
      .expect(.get("s"), two.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "put if it exists does not bring back what is gone",
    [
      .expect(one.when(.exists), .conditionFailed()), .expect(.get("s"), .missing),
      .expect(one, .created(version: 1)), .expect(.delete("s"), .deleted),
      .expect(two.when(.exists), .conditionFailed()), .expect(.get("s"), .missing),
    ]),
  ContractCase(
    "put if absent creates after a delete",
    [
      .expect(one, .created(version: 1)), .expect(.delete("s"), .deleted),
      .expect(two.when(.absent), .created(version: 2)),
      .expect(.get("s"), two.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "a put whose condition failed does not replace the timeout",
    [
      .expect(.put("s", "one", version: 1, idleTimeout: 500), .created(version: 1)),
      .expect(
        .put("s", "two", version: 2, idleTimeout: 50).when(.absent), .conditionFailed()),
      .expect(.peek("s"), one.found(expiresIn: 500)),
    ]),
  ContractCase(
    "touch if it exists",
    [
      .expect(.touch("s").when(.exists), .conditionFailed()), .expect(.get("s"), .missing),
      .expect(one, .created(version: 1)), .expect(.touch("s").when(.exists), .touched),
      .expect(.get("s"), one.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "delete if it exists",
    [
      .expect(.delete("s").when(.exists), .conditionFailed()),
      .expect(one, .created(version: 1)), .expect(.delete("s").when(.exists), .deleted),
      .expect(.get("s"), .missing), .expect(.delete("s").when(.exists), .conditionFailed()),
    ]),
]
