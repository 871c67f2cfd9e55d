// Parses YAML with libyaml into a flat mapping: names, and for each a text or a list of texts.
//
// In: at most `ReadableFile.longestContent` bytes. Out: values, or the first fault. A fault never
// quotes a value, which may be a secret; it names at most a key. Nested names are joined by dots;
// nesting deeper than `deepest` is refused, and so are aliases, which let a small YAML text expand
// without bound.
//
// Rejected: Yams. It needs Foundation, whose locale tables were more than half of the program.

import CYAML

struct FlatMapping {
  /// The value of a name.
  enum Value: Equatable {
    case text(String)
    case list([String])
  }

  /// A step of the parser.
  private enum Event {
    case mapping, sequence, end, scalar(String), alias, edge, endOfText
  }

  private static let deepest = 4
  private static let remedy = "write one NAME: VALUE per line"

  /// The values by name.
  private(set) var values: [String: Value] = [:]

  /// Reads one document.
  mutating func read(_ content: [UInt8]) throws(ValueFault) {
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else {
      throw ValueFault("out of memory while it was read; try again")
    }
    defer { unsafe yaml_parser_delete(&parser) }
    let outcome = unsafe content.withUnsafeBufferPointer { bytes -> Result<Void, ValueFault> in
      unsafe yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      do throws(ValueFault) {
        return .success(try unsafe readDocument(&parser))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  private mutating func readDocument(_ parser: inout yaml_parser_t) throws(ValueFault) {
    guard case .mapping = try unsafe Self.content(&parser) else {
      throw ValueFault("not a list of settings; \(Self.remedy)")
    }
    try unsafe readMapping(&parser, within: [])
    guard case .endOfText = try unsafe Self.content(&parser) else {
      throw ValueFault("more than one document; keep the first")
    }
  }

  private mutating func readMapping(
    _ parser: inout yaml_parser_t, within names: [String]
  ) throws(ValueFault) {
    guard names.count <= Self.deepest else {
      throw ValueFault("names nested too deeply; \(Self.remedy)")
    }
    while true {
      switch try unsafe Self.next(&parser) {
      case .end: return
      case .scalar(let name): try unsafe readValue(&parser, of: names + [name])
      default: throw ValueFault("a name that is not text; \(Self.remedy)")
      }
    }
  }

  private mutating func readValue(
    _ parser: inout yaml_parser_t, of names: [String]
  ) throws(ValueFault) {
    let name = names.joined(separator: ".")
    guard values[name] == nil else {
      throw ValueFault("more than one value for '\(name.visible)'; keep one")
    }
    switch try unsafe Self.next(&parser) {
    case .scalar(let text): values[name] = .text(text)
    case .sequence: values[name] = .list(try unsafe Self.texts(&parser, of: name))
    case .mapping: try unsafe readMapping(&parser, within: names)
    default:
      throw ValueFault("\(name.visible) refers to another value; write the value itself")
    }
  }

  private static func texts(
    _ parser: inout yaml_parser_t, of name: String
  ) throws(ValueFault) -> [String] {
    var texts: [String] = []
    while true {
      switch try unsafe next(&parser) {
      case .end: return texts
      case .scalar(let text): texts.append(text)
      default:
        throw ValueFault("\(name.visible) is a list with more than plain values; write only those")
      }
    }
  }

  /// The next step, skipping the starts of the stream and its documents, and documents' ends.
  private static func content(_ parser: inout yaml_parser_t) throws(ValueFault) -> Event {
    while true {
      let event = try unsafe next(&parser)
      if case .edge = event { continue }
      return event
    }
  }

  private static func next(_ parser: inout yaml_parser_t) throws(ValueFault) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(&parser, &event) == 1 else { throw unsafe fault(of: parser) }
    defer { unsafe yaml_event_delete(&event) }
    switch unsafe event.type {
    case YAML_MAPPING_START_EVENT: return .mapping
    case YAML_SEQUENCE_START_EVENT: return .sequence
    case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: return .end
    case YAML_ALIAS_EVENT: return .alias
    case YAML_SCALAR_EVENT: return .scalar(unsafe text(of: event))
    case YAML_STREAM_END_EVENT: return .endOfText
    default: return .edge
    }
  }

  private static func text(of event: yaml_event_t) -> String {
    let scalar = unsafe event.data.scalar
    let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  /// The parser's error as a fault. libyaml's messages name what was expected, and never quote the
  /// text.
  private static func fault(of parser: yaml_parser_t) -> ValueFault {
    let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "no memory"
    let mark = unsafe parser.problem_mark
    var place = "line \(mark.line + 1), column \(mark.column + 1)"
    if unsafe parser.error == YAML_READER_ERROR {
      place = "byte \(unsafe parser.problem_offset + 1)"
    }
    return ValueFault("neither YAML nor JSON (\(place): \(problem)); correct that line")
  }
}
