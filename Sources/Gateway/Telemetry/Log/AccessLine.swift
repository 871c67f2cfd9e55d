import API
import HTTP
import Primitives

/// One answered request in the access log. It names routes, never paths, because paths contain ids.
struct AccessLine {
  let exchange: Exchange
  let response: EncodedResponse
  /// The length of the answer in bytes.
  let bytes: Int
  let took: TimeSpan
  /// The name of the caller's token; empty if there is none.
  let caller: String
  let correlation: Correlation
  let worker: Int

  /// The text around the parts of a line.
  struct Format {
    let time, method, route, afterRoute, end: StaticString
    let field, value, quote: StaticString

    static let plain = Format(
      time: "", method: " ACCESS ", route: " ", afterRoute: "", end: "\n",
      field: " ", value: "=", quote: "")
    static let json = Format(
      time: "{\"time\":\"", method: "\",\"level\":\"access\",\"method\":\"",
      route: "\",\"route\":\"", afterRoute: "\"", end: "}\n",
      field: ",\"", value: "\":", quote: "\"")
  }

  /// Appends the line with its end. What callers choose in it contains nothing that JSON or a line
  /// would have to escape (`Correlation`, `TokenEntry.isName`).
  func append(
    to lines: inout ByteBuffer, _ format: Format, at time: UnixTime, _ clock: inout LineClock
  ) {
    lines.append(format.time)
    clock.append(time, to: &lines)
    lines.append(format.method)
    lines.append(exchange.method.name)
    lines.append(format.route)
    lines.append(exchange.route.template)
    lines.append(format.afterRoute)
    append("status", response.status, to: &lines, format)
    append("bytes", bytes, to: &lines, format)
    append("microseconds", Int(took.nanoseconds / 1_000), to: &lines, format)
    append("worker", worker, to: &lines, format)
    appendNames(to: &lines, format)
    lines.append(format.end)
  }

  /// Appends the fields that not every request has.
  private func appendNames(to lines: inout ByteBuffer, _ format: Format) {
    if let problem = response.problem {
      begin("code", &lines, format)
      lines.append(format.quote)
      lines.append(problem.code)
      lines.append(format.quote)
    }
    if !caller.isEmpty {
      begin("caller", &lines, format)
      lines.append(format.quote)
      lines.append(text: caller)
      lines.append(format.quote)
    }
    if correlation.hasID { append("requestId", correlation.id, to: &lines, format) }
    if correlation.isTraced { append("traceparent", correlation.trace, to: &lines, format) }
  }

  private func begin(_ name: StaticString, _ lines: inout ByteBuffer, _ format: Format) {
    lines.append(format.field)
    lines.append(name)
    lines.append(format.value)
  }

  private func append(
    _ name: StaticString, _ value: Int, to lines: inout ByteBuffer, _ format: Format
  ) {
    begin(name, &lines, format)
    lines.append(decimal: value)
  }

  private func append(
    _ name: StaticString, _ value: RawSpan, to lines: inout ByteBuffer, _ format: Format
  ) {
    begin(name, &lines, format)
    lines.append(format.quote)
    lines.append(value)
    lines.append(format.quote)
  }
}
