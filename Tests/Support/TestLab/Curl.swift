// What a front-end developer sees: requests by the curl command.

/// Requests by curl.
public enum Curl {
  /// An answer.
  public struct Response: Sendable {
    /// The status code.
    public let status: Int
    /// Lower-case names and their values.
    public let fields: [String: String]
    /// The body.
    public let body: [UInt8]

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Runs `curl` with `arguments`, the URL among them, and gives the last answer it got.
  ///
  /// - Parameter input: what `--data-binary @-` or `-T -` reads.
  /// - Throws: a `LabFault` with curl's own words when there was no answer.
  public static func run(_ arguments: [String], input: [UInt8] = []) throws -> Response {
    let folder = try TemporaryFolder()
    let fixed = ["-q", "-s", "-S", "--noproxy", "*", "--max-time", "120"]
    let outputs = ["-D", folder.file("head"), "-o", folder.file("body")]
    try Command.succeed("curl", fixed + outputs + arguments, input: input)
    // Interim answers come first; the last head is the answer's.
    let heads = text(of: folder.file("head")).split(separator: "\r\n\r\n")
    guard let lines = heads.last?.split(separator: "\r\n"), let first = lines.first,
      let status = Int(first.split(separator: " ").dropFirst().first ?? "")
    else { throw LabFault("curl wrote no head") }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
    }
    return Response(status: status, fields: fields, body: bytes(of: folder.file("body")))
  }
}
