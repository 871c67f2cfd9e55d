// Why a request is refused: one case for each rule that it may break, and the one table of what is
// said about it. After any refusal the connection is closed, since the start of the next request is
// unknown. Nothing of the request is quoted: it may hold secrets.

/// A request that HTTP itself refuses.
public enum Refusal: UInt8, Error, Equatable, CaseIterable, Sendable {
  case malformedRequestLine, malformedMethod, methodTooLong
  case malformedTarget, targetTooLong
  case malformedVersion, unsupportedVersion
  case bareLineBreak, controlByte, obsoleteFolding
  case malformedField, ambiguousFieldName, fieldsTooLarge, tooManyFields
  case missingHost, repeatedHost, malformedHost, hostMismatch
  case malformedContentLength, repeatedContentLength, conflictingFraming
  case malformedTransferEncoding, unsupportedTransferCoding, transferEncodingInOldVersion
  case malformedConnection, connectionNamesEssentialField
  case unknownExpectation
  case malformedChunkSize, malformedChunkExtension, chunkExtensionsTooLarge, malformedChunkEnd
  case forbiddenTrailer
  case bodyTooLarge

  /// The status to answer with before closing: 400, 413, 414, 417, 431, 501 or 505.
  public var status: Int { report.status }

  /// A stable name for programs: a problem's `code`.
  public var code: StaticString { report.code }

  /// A sentence for people.
  public var detail: StaticString { report.detail }

  private typealias Report = (status: Int, code: StaticString, detail: StaticString)

  private var report: Report {
    switch self {
    case .malformedRequestLine:
      (400, "malformed-request-line", "A request line is a method, a target and a version.")
    case .malformedMethod:
      (400, "malformed-method", "A method is a token.")
    case .methodTooLong:
      (501, "method-too-long", "No implemented method is that long.")
    case .malformedTarget:
      (400, "malformed-target", "The target does not have a form that the method takes.")
    case .targetTooLong:
      (414, "target-too-long", "The target is longer than this server reads.")
    case .malformedVersion:
      (400, "malformed-version", "A version is HTTP/ and two digits with a dot between.")
    case .unsupportedVersion:
      (505, "unsupported-version", "The versions spoken here are HTTP/1.0 and HTTP/1.1.")
    case .bareLineBreak:
      (400, "bare-line-break", "A line ends with CR and LF, and neither stands alone.")
    case .controlByte:
      (400, "control-byte", "The head holds a control byte.")
    case .obsoleteFolding:
      (400, "obsolete-folding", "A field line is not continued on the next line.")
    case .malformedField:
      (400, "malformed-field", "A field line is a token, a colon and a value.")
    case .ambiguousFieldName:
      (400, "ambiguous-field-name", "The name is that of a known field, with underscores.")
    case .fieldsTooLarge:
      (431, "fields-too-large", "The field section is larger than this server reads.")
    case .tooManyFields:
      (431, "too-many-fields", "There are more field lines than this server reads.")
    case .missingHost:
      (400, "missing-host", "An HTTP/1.1 request has a Host field.")
    case .repeatedHost:
      (400, "repeated-host", "There is more than one Host field.")
    case .malformedHost:
      (400, "malformed-host", "The host is not a name or address with an optional port.")
    case .hostMismatch:
      (400, "host-mismatch", "The target's authority and the Host field differ.")
    case .malformedContentLength:
      (400, "malformed-content-length", "Content-Length is one decimal number.")
    case .repeatedContentLength:
      (400, "repeated-content-length", "There is more than one Content-Length.")
    case .conflictingFraming:
      (400, "conflicting-framing", "Content-Length and Transfer-Encoding exclude each other.")
    case .malformedTransferEncoding:
      (400, "malformed-transfer-encoding", "Chunked is the last transfer coding, and only once.")
    case .unsupportedTransferCoding:
      (501, "unsupported-transfer-coding", "The only transfer coding implemented is chunked.")
    case .transferEncodingInOldVersion:
      (400, "transfer-encoding-in-old-version", "HTTP/1.0 has no Transfer-Encoding.")
    case .malformedConnection:
      (400, "malformed-connection", "Connection is a list of tokens.")
    case .connectionNamesEssentialField:
      (400, "connection-names-essential-field", "Connection names a field it cannot remove.")
    case .unknownExpectation:
      (417, "unknown-expectation", "The only expectation met here is 100-continue.")
    case .malformedChunkSize:
      (400, "malformed-chunk-size", "A chunk's size is 1 to 16 hexadecimal digits.")
    case .malformedChunkExtension:
      (400, "malformed-chunk-extension", "A chunk extension is a name, or a name and a value.")
    case .chunkExtensionsTooLarge:
      (400, "chunk-extensions-too-large", "The chunk extensions are larger than this server reads.")
    case .malformedChunkEnd:
      (400, "malformed-chunk-end", "A chunk's data ends with CR and LF.")
    case .forbiddenTrailer:
      (400, "forbidden-trailer", "The field is not allowed in a trailer section.")
    case .bodyTooLarge:
      (413, "body-too-large", "The body is larger than this server reads.")
    }
  }
}
