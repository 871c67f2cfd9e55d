// A body of `POST /v1/touches` that is accepted stays so with white space around it, and neither a part
// of it nor anything more is: nothing traps, whatever comes.

internal import API
internal import LibFuzzer
internal import Primitives
internal import Sessions

/// The program's start. SwiftPM gives an executable's `main` this name and links it as `main`.
@_cdecl("FuzzTouchBatch_main")
public func start(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  unsafe fuzz(count, arguments, testOneInput)
}

/// Takes one input; a broken promise stops the program.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let ids = read(input) else { return 0 }
  precondition(ids.count <= TouchBatch.maximum, "a request has a bound of ids")
  precondition(String(validating: input, as: UTF8.self) != nil, "JSON is UTF-8")
  precondition(read([0x20, 0x0A] + input + [0x0D, 0x09]) == ids, "white space says nothing")
  let last = input.lastIndex { $0 > 0x20 } ?? 0
  for end in stride(from: last, through: 0, by: -max(1, last / 32)) {
    precondition(read(Array(input[..<end])) == nil, "no part of a text is a text")
  }
  for more in [[0x2C], [0x7D], [0x00], [0x30], input] {
    precondition(read(input + more) == nil, "nothing follows a text")
  }
  return 0
}

/// The ids of a body, nil in the place of what is no id; nil when the body is refused.
func read(_ body: [UInt8]) -> [[UInt8]?]? {
  guard let batch = unsafe TouchBatch(json: body.span.bytes) else { return nil }
  return (0..<batch.count).map { place in
    batch.id(at: place).map { id in unsafe id.bytes.withUnsafeBytes { unsafe Array($0) } }
  }
}
