/// A reply to be spelled in RESP, for tests that need many shapes.
enum RESP: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByNilLiteral, Sendable
{
  case integer(Int)
  case string(String)
  case status(String)
  case error(String)
  case array([RESP])
  case null

  init(integerLiteral value: Int) { self = .integer(value) }
  init(stringLiteral value: String) { self = .string(value) }
  init(arrayLiteral elements: RESP...) { self = .array(elements) }
  init(nilLiteral: ()) { self = .null }

  var text: String {
    switch self {
    case .integer(let value): ":\(value)\r\n"
    case .string(let value): "$\(value.utf8.count)\r\n\(value)\r\n"
    case .status(let value): "+\(value)\r\n"
    case .error(let value): "-\(value)\r\n"
    case .array(let elements): "*\(elements.count)\r\n" + elements.map(\.text).joined()
    case .null: "$-1\r\n"
    }
  }
}
