import Gateway

/// The report for programs.
extension Report {
  /// One JSON object: the worst verdict, and for each finding its subject, verdict, detail, remedy
  /// and nodes. Subjects and verdicts (`ok`, `warn`, `fail`) stay the same across versions.
  public var json: String {
    let rows = findings.map { finding in
      let members = [
        ("subject", JSONText.quoted(finding.subject.rawValue)),
        ("verdict", JSONText.quoted(finding.verdict.word.lowercased())),
        ("detail", JSONText.quoted(finding.detail)),
        ("remedy", finding.remedy.map(JSONText.quoted) ?? "null"),
        ("nodes", "[" + finding.nodes.map(JSONText.quoted).joined(separator: ", ") + "]"),
      ]
      return "    {" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }
    return """
      {
        "verdict": \(JSONText.quoted(verdict.word.lowercased())),
        "findings": [
      \(rows.joined(separator: ",\n"))
        ]
      }
      """
  }
}
