import API
import Primitives

/// One answered request, as the access log tells of it. It names routes, never paths, which hold ids.
struct AccessLine {
  let exchange: Exchange
  let status: Int
  /// How many bytes the answer has.
  let bytes: Int
  let took: TimeSpan
  /// The name of the caller's token; empty for none.
  let caller: String
  let correlation: Correlation

  /// The line with its end. What callers choose of it holds nothing that JSON or a line would escape
  /// (`Correlation`, `TokenEntry.isName`).
  func text(isJSON: Bool, worker: Int, time: String) -> String {
    let method = MetricsPage.name(exchange.method)
    let microseconds = took.nanoseconds / 1_000
    guard isJSON else {
      let fields = named.map { " \($0)=\($1)" }.joined()
      return "\(time) ACCESS \(method) \(exchange.route.template) status=\(status) bytes=\(bytes)"
        + " microseconds=\(microseconds) worker=\(worker)\(fields)\n"
    }
    let fields = named.map { ",\"\($0)\":\"\($1)\"" }.joined()
    return "{\"time\":\"\(time)\",\"level\":\"access\",\"method\":\"\(method)\","
      + "\"route\":\"\(exchange.route.template)\",\"status\":\(status),\"bytes\":\(bytes),"
      + "\"microseconds\":\(microseconds),\"worker\":\(worker)\(fields)}\n"
  }

  /// What not every request has.
  private var named: [(String, String)] {
    let all = [
      ("caller", caller), ("requestId", Self.text(correlation.id)),
      ("traceparent", Self.text(correlation.trace)),
    ]
    return all.filter { !$0.1.isEmpty }
  }

  private static func text(_ bytes: RawSpan) -> String {
    unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
