// Which slot a key is in (Redis Cluster specification), written again so that tests judge the
// gateway by something else than its own code.

enum HashSlot {
  /// The slot of what stands between a key's braces: CRC-16 of XMODEM, modulo 16384.
  static func of(_ tag: String) -> Int {
    var crc: UInt16 = 0
    for byte in tag.utf8 {
      crc ^= UInt16(byte) << 8
      for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
    }
    return Int(crc % 16_384)
  }

  /// A slot about in the middle of a third.
  static func middle(of shard: Int) -> Int { (shard * 16_384 + 8_000) / 3 }

  /// Which third of the slots a slot is in, as the lab divides them: they begin at 0, 5461, 10922.
  static func shard(of slot: Int) -> Int { (slot * 3 + 2) / 16_384 }
}
