// JSON that the program writes (RFC 8259): pages for operators, log lines, reports. Members keep the
// order in which they are given. Off the data path: every value is a string.

/// A JSON value, as text.
public struct JSONValue: Sendable {
  /// The value's JSON text.
  public let text: String

  private init(_ text: String) { self.text = text }

  /// No value.
  public static var null: JSONValue { JSONValue("null") }

  /// A whole number.
  public static func number(_ value: Int) -> JSONValue { JSONValue("\(value)") }

  /// A number with so many decimals; `null` if it is not finite, since JSON has no such numbers.
  public static func number(_ value: Double, decimals: Int) -> JSONValue {
    value.isFinite ? JSONValue(value.rounded(to: decimals)) : .null
  }

  /// `true` or `false`.
  public static func flag(_ value: Bool) -> JSONValue { JSONValue("\(value)") }

  /// A string, with everything escaped that JSON does not allow in one (§7).
  public static func string(_ text: String) -> JSONValue {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return JSONValue(quoted + "\"")
  }

  /// An array; `onLines` puts each element on a line of its own, for people.
  public static func array(_ elements: [JSONValue], onLines: Bool = false) -> JSONValue {
    JSONValue(enclosed("[", elements.map(\.text), "]", onLines))
  }

  /// An object; `onLines` puts each member on a line of its own, for people.
  public static func object(
    _ members: [(name: String, value: JSONValue)], onLines: Bool = false
  ) -> JSONValue {
    let separator = onLines ? ": " : ":"
    let members = members.map { string($0.name).text + separator + $0.value.text }
    return JSONValue(enclosed("{", members, "}", onLines))
  }

  private static func enclosed(
    _ open: String, _ parts: [String], _ close: String, _ onLines: Bool
  ) -> String {
    if !onLines || parts.isEmpty { return open + parts.joined(separator: ",") + close }
    let lines = parts.map { $0.split(separator: "\n").joined(separator: "\n  ") }
    return open + "\n  " + lines.joined(separator: ",\n  ") + "\n" + close
  }
}
