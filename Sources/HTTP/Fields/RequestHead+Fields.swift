// The fields of a request and what follows from them: host, framing, persistence, expectation.
// Anything that could be read in two ways is refused, since the other reader may be a proxy in
// front of the gateway: that is how requests are smuggled.

import Primitives

extension RequestHead {
  /// Reads the field lines from `start` up to the empty line at `end`, then settles what they mean.
  mutating func readFields(_ bytes: RawSpan, from start: Int, to end: Int) throws(Refusal) {
    fields.removeAll()
    var at = start
    while at < end {
      let line = try FieldLine.read(bytes, at: &at, to: end)
      fields.append(line)
    }
    try settleHost(bytes)
    try settleFraming(bytes)
    try settlePersistence(bytes)
    try settleExpectation(bytes)
  }

  /// Host: exactly one in HTTP/1.1, at most one in HTTP/1.0 (RFC 9112 §3.2). A target's own
  /// authority overrides it (§3.2.2), so a Host that differs could be read in two ways.
  @inline(__always)
  private mutating func settleHost(_ bytes: RawSpan) throws(Refusal) {
    switch fields.only(.host) {
    case .repeated: throw .repeatedHost
    case .absent:
      if version == .http11 { throw .missingHost }
    case .one(let host):
      _ = try Authority.hasPort(bytes, host)
      if authority.isEmpty {
        authority = host
      } else if !Authority.agree(bytes, authority, host) {
        throw .hostMismatch
      }
    }
  }

  /// Where the body ends (RFC 9112 §6.3); every repair that the RFC allows is refused instead.
  @inline(__always)
  private mutating func settleFraming(_ bytes: RawSpan) throws(Refusal) {
    let hasLength = fields.contains(.contentLength)
    guard fields.contains(.transferEncoding) else {
      framing = hasLength ? .length(try contentLength(bytes)) : .none
      return
    }
    if version == .http10 { throw .transferEncodingInOldVersion }
    if hasLength { throw .conflictingFraming }
    try checkCodings(bytes)
    framing = .chunked
  }

  /// Content-Length: `1*DIGIT` (RFC 9110 §8.6), without leading zeros, which some readers take for
  /// octal.
  private func contentLength(_ bytes: RawSpan) throws(Refusal) -> Int {
    guard case .one(let value) = fields.only(.contentLength) else { throw .repeatedContentLength }
    guard value.count >= 1, value.count <= 19 else { throw .malformedContentLength }
    let first = Int(value.lower)
    if bytes[first] == 48, value.count > 1 { throw .malformedContentLength }
    // The largest number of 19 digits is below 2^64.
    var length: UInt64 = 0
    for at in first..<Int(value.upper) {
      let digit = bytes[at] &- 48
      guard digit < 10 else { throw .malformedContentLength }
      length = length &* 10 &+ UInt64(digit)
    }
    guard let length = Int(exactly: length) else { throw .malformedContentLength }
    return length
  }

  /// Checks Transfer-Encoding, whose lines form one list (RFC 9112 §6.1). `chunked` alone is
  /// accepted; other codings before a final `chunked` are not supported; anything else is
  /// malformed.
  private func checkCodings(_ bytes: RawSpan) throws(Refusal) {
    var codings = 0
    var isChunked = false
    var place = 0
    while let next = fields.next(.transferEncoding, from: place) {
      var list = TokenList(fields[next].value)
      while let coding = try list.next(in: bytes, otherwise: .malformedTransferEncoding) {
        if isChunked { throw .malformedTransferEncoding }
        if coding.isEmpty { throw .malformedTransferEncoding }
        isChunked = bytes.matches(ignoringCase: "chunked", in: coding)
        codings += 1
      }
      place = next + 1
    }
    if !isChunked { throw .malformedTransferEncoding }
    if codings > 1 { throw .unsupportedTransferCoding }
  }

  /// Whether the connection persists (RFC 9112 §9.3): not after `close`; else in HTTP/1.1, and in
  /// HTTP/1.0 with `keep-alive`.
  @inline(__always)
  private mutating func settlePersistence(_ bytes: RawSpan) throws(Refusal) {
    persistence = version == .http11 ? .keepAlive : .close
    var closes = false
    var place = 0
    while let next = fields.next(.connection, from: place) {
      var list = TokenList(fields[next].value)
      while let option = try list.next(in: bytes, otherwise: .malformedConnection) {
        if bytes.matches(ignoringCase: "close", in: option) { closes = true }
        let name = FieldName(bytes, option)
        if name == .keepAlive { persistence = .keepAlive }
        if name.isEssential { throw .connectionNamesEssentialField }
      }
      place = next + 1
    }
    if closes { persistence = .close }
  }

  /// Expect (RFC 9110 §10.1.1): `100-continue` is the only expectation there is, HTTP/1.0 has none,
  /// and without a body to come there is nothing to wait for.
  @inline(__always)
  private mutating func settleExpectation(_ bytes: RawSpan) throws(Refusal) {
    expectsContinue = false
    var place = 0
    while let next = fields.next(.expect, from: place) {
      guard bytes.matches(ignoringCase: "100-continue", in: fields[next].value) else {
        throw .unknownExpectation
      }
      expectsContinue = version == .http11 && framing != .none && framing != .length(0)
      place = next + 1
    }
  }
}
