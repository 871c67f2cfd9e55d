import Primitives

/// The report for programs.
extension Report {
  /// One JSON object: the worst verdict, and for each finding its subject, verdict, detail, remedy
  /// and nodes. Subjects and verdicts (`ok`, `warn`, `fail`) stay the same across versions.
  public var json: String {
    let findings = findings.map { finding in
      JSONValue.object([
        ("subject", .string(finding.subject.rawValue)),
        ("verdict", .string(finding.verdict.word.lowercased())),
        ("detail", .string(finding.detail)),
        ("remedy", finding.remedy.map(JSONValue.string) ?? .null),
        ("nodes", .array(finding.nodes.map(JSONValue.string))),
      ])
    }
    return JSONValue.object(
      [
        ("verdict", .string(verdict.word.lowercased())),
        ("findings", .array(findings, onLines: true)),
      ], onLines: true
    ).text
  }
}
