import CHiredis
import Glibc
import Primitives
import Redis
import Testing

@Suite("Commands, against hiredis's formatter")
struct CommandWriterTests {
  /// What hiredis makes of the same arguments.
  private func oracle(_ arguments: [[UInt8]]) -> [UInt8] {
    let copies = unsafe arguments.map { argument in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: argument.count + 1)
      for (at, byte) in argument.enumerated() { unsafe copy[at] = CChar(bitPattern: byte) }
      return unsafe copy
    }
    defer { unsafe copies.forEach { unsafe $0.deallocate() } }
    var pointers = unsafe copies.map { unsafe UnsafePointer<CChar>?($0) }
    var lengths = arguments.map(\.count)
    var target: UnsafeMutablePointer<CChar>?
    let count = unsafe redisFormatCommandArgv(
      &target, Int32(arguments.count), &pointers, &lengths)
    defer { unsafe free(target) }
    return unsafe Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
  }

  @Test("binary, empty, long arguments and numbers")
  func arguments() {
    let samples: [[UInt8]] = [
      [], [0], Array("a\r\n$5\r\n".utf8), Array(repeating: 0xFF, count: 70_000),
    ]
    for sample in samples {
      for number in [0, 9, 10, -1, -10, 1_234_567, Int.max, Int.min] {
        var output = ByteBuffer()
        CommandWriter.begin(4, "SET", in: &output)
        unsafe CommandWriter.argument(sample.span.bytes, in: &output)
        CommandWriter.argument(decimal: number, in: &output)
        CommandWriter.argument(text: "café", in: &output)
        let expected = oracle([
          Array("SET".utf8), sample, Array("\(number)".utf8), Array("café".utf8),
        ])
        #expect(bytes(output.bytes) == expected)
      }
    }
  }

  @Test("a command of many arguments")
  func many() {
    var output = ByteBuffer()
    CommandWriter.begin(123, in: &output)
    for number in 0..<123 { CommandWriter.argument(decimal: number, in: &output) }
    #expect(bytes(output.bytes) == oracle((0..<123).map { Array("\($0)".utf8) }))
    output.clear()
    CommandWriter.begin(12_345, "NAME", in: &output)
    #expect(bytes(output.bytes) == Array("*12345\r\n$4\r\nNAME\r\n".utf8))
  }

  @Test("a key of five pieces and a value of several, behind a command that was there before")
  func pieces() {
    let namespace: [UInt8] = Array("shop".utf8)
    let id: [UInt8] = Array("x~1".utf8)
    let header = [UInt8](repeating: 7, count: 96)
    let payload = [UInt8](repeating: 65, count: 20_480)
    var output = ByteBuffer()
    output.append("+before")
    CommandWriter.begin(3, in: &output)
    CommandWriter.argument("SET", in: &output)
    let key = CommandWriter.open(byteCount: 6 + namespace.count + id.count, in: &output)
    output.append("sg:{")
    unsafe output.append(namespace.span.bytes)
    output.append(":")
    unsafe output.append(id.span.bytes)
    output.append("}")
    CommandWriter.close(key, in: &output)
    let value = CommandWriter.open(byteCount: header.count + payload.count, in: &output)
    unsafe output.append(header.span.bytes)
    unsafe output.append(payload.span.bytes)
    CommandWriter.close(value, in: &output)
    output.consume(7)
    let expected = oracle([Array("SET".utf8), Array("sg:{shop:x~1}".utf8), header + payload])
    #expect(bytes(output.bytes) == expected)
  }
}
