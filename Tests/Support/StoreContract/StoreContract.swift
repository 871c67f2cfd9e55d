/// What every store of sessions must do. A suite runs it by `@Test(arguments: storeContract)`, with a
/// new harness for each case.
public let storeContract: [ContractCase] =
  verbCases + conditionCases + versionCases + byteCases + namespaceCases + timeoutCases
  + lockCases + absoluteCases
