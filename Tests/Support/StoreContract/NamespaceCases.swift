import Sessions

private let here = Call.put("s", "here", version: 1)
private let there = Call.put("s", "there", version: 2).within(ContractNamespaces.second)

private func second(_ call: Call) -> Call { call.within(ContractNamespaces.second) }

/// Namespaces never meet.
let namespaceCases = [
  ContractCase(
    "a session is missing in every namespace but its own",
    [
      .expect(here, .created(version: 1)), .expect(second(.get("s")), .missing),
      .expect(second(.peek("s")), .missing), .expect(second(.inspect("s")), .missing),
      .expect(second(.touch("s")), .missing), .expect(second(.delete("s")), .missing),
      .expect(second(.delete("s")).when(.exists), .conditionFailed()),
      .expect(there.when(.exists), .conditionFailed()),
      .expect(.get("s"), here.found(expiresIn: 1_200)),
    ]),
  ContractCase(
    "one id names two sessions in two namespaces",
    [
      .expect(here, .created(version: 1)),
      .expect(there.when(.absent), .created(version: 2)),
      .expect(.get("s"), here.found(expiresIn: 1_200)),
      .expect(second(.get("s")), there.found(expiresIn: 600)),
      .expect(.delete("s"), .deleted),
      .expect(second(.get("s")), there.found(expiresIn: 600)),
      .expect(.get("s"), .missing),
    ]),
]
