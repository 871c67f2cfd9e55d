// Acquiring a session's lock: in the header, by Redis's clock, without touching the payload.

extension Script {
  /// Acquires the lock unless another caller holds it, and slides the idle timeout. A caller that
  /// asks again, recognised by its token or its request's digest, gets its own lock again with the
  /// rest of its lease.
  ///
  /// The byte at 72 notes that a lock was found again, by its token or its request, so that a
  /// release on behalf of a client that is gone leaves it alone.
  ///
  /// KEYS: the session. ARGV: the token that the caller says it holds or nothing; the digest of its
  /// request or 16 zeros; a fresh token; lease and idle timeout in milliseconds; `1` to leave a
  /// free lock alone or nothing.
  /// Answers: L, H, M, B.
  static let lockBody = #"""
    if not lives then return 'M' end
    local ends = struct.unpack('>I8', h, 81)
    if ends > now then
      local token, request = h:sub(41, 56), h:sub(57, 72)
      local asked = request == ARGV[2] and request ~= string.rep('\0', 16)
      if token ~= ARGV[1] and token ~= ARGV[3] and not asked then
        local age = math.max(0, now - struct.unpack('>I8', '\0' .. h:sub(74, 80)))
        return 'H' .. struct.pack('>I8I8', age, ends - now)
      end
      if token ~= ARGV[3] then patch(72, '\1') end
      slide(ARGV[5])
      return 'L' .. token .. struct.pack('>I8', ends - now)
    end
    if ARGV[6] ~= '' then return 'H' .. struct.pack('>I8I8', 0, 0) end
    local lease = tonumber(ARGV[4])
    local times = struct.pack('>I8I8', now, now + lease)
    patch(40, ARGV[3] .. ARGV[2] .. times)
    slide(ARGV[5])
    return 'L' .. ARGV[3] .. struct.pack('>I8', lease)
    """#
}
