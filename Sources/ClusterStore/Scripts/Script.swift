// What Redis decides by itself, in one step with the change: conditions on versions, locks,
// absolute timeouts. Small Lua texts that look only at the 96 bytes of a record's header. No
// payload above `RecordStaging.threshold` passes through Lua, except in a repeat (`RepeatedWrite`)
// or while its slot is being moved.
//
// Every script is called by its SHA-1 (EVALSHA). A node is sent the texts when it answers NOSCRIPT:
// a round trip once in a node's life, and nothing where no script is needed. Leases and absolute
// deadlines use Redis's TIME, so gateways whose clocks differ agree on them.
//
// An answer is one string: a letter, for some followed by fixed fields in network byte order.
//
//   C  created                          H  another caller holds the lock: its age and the rest of
//   R  replaced                            its lease, 8 bytes each, milliseconds
//   T  the timeout was restarted        L  the caller has the lock: token, 16 bytes, and the rest
//   D  deleted                             of its lease, 8 bytes, milliseconds
//   U  released                         X  the caller does not hold the lock that it named
//   V  released before, and neither written nor locked since
//   M  missing                          S  the staged record is gone
//   F  the condition failed; the        B  what is stored is not a record
//      present version, if any          O  not what a lost write's question found: the header
//                                          that is there, or nothing

/// One of the store's scripts.
enum Script: CaseIterable {
  case write, touch, delete, lock, renew, release, repeated

  /// The SHA-1 of the text in hexadecimal, by which Redis knows it. A constant, because each
  /// command contains it; a test compares it with the answer of SCRIPT LOAD.
  var digest: StaticString {
    switch self {
    case .write: "112c7668fb58d551b4514ac02d940577a7dde729"
    case .touch: "1463c8ba6200ea3ccfeea1ce9b40504281a116cc"
    case .delete: "672e26a426ec8217f2c44941f5d2b3d1b9d5de1e"
    case .lock: "a3b7a4045bf922f3b7bf9b5b0f4b4f345d2e96e3"
    case .renew: "60ae0e186efded17bcbd8400aceaef8a23e3e4c5"
    case .release: "dc4f889d7a9781719fba47be26ee5d0068dd8405"
    case .repeated: "527a9ff2dfb4d6b65475c6ee37df1bb8fb07fffb"
    }
  }

  /// The Lua text.
  var text: String { Self.prelude + body }

  private var body: String {
    switch self {
    case .write: Self.writeBody
    case .touch: Self.touchBody
    case .delete: Self.deleteBody
    case .lock: Self.lockBody
    case .renew: Self.renewBody
    case .release: Self.releaseBody
    case .repeated: Self.repeatedBody
    }
  }

  /// The beginning of every script: the header `h`, the time `now`, whether the session `lives`,
  /// its `absolute` deadline, and shared functions. It accepts as a record what `RecordHeader`
  /// does.
  ///
  /// A condition is nothing, `*` (exists), `!` (does not exist), or `=` and versions of 8 bytes.
  /// What a lost write found is a version, or 8 zeros for nothing (`RepeatedWrite`).
  ///
  /// Changes to a lock go through `patch`: at its `maxmemory` Redis refuses SETRANGE, but not once
  /// a script has written, and a held lock must be renewed and released there, too. RENAME to the
  /// same name is a write that needs no memory and changes nothing.
  private static let prelude = #"""
    local h = redis.call('GETRANGE', KEYS[1], 0, 95)
    if #h > 0 and (#h < 96 or h:sub(1, 3) ~= 'SG\1') then return 'B' end
    if #h > 0 and (h:byte(17) > 127 or h:byte(25) > 127) then return 'B' end
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    local lives = #h > 0
    local absolute = lives and struct.unpack('>I8', h, 25) or 0
    if absolute > 0 and absolute <= now then lives = false end
    local function holds(token)
      return lives and h:sub(41, 56) == token and struct.unpack('>I8', h, 81) > now
    end
    local function meets(c)
      if c == '' then return true end
      if c == '*' then return lives end
      if c == '!' then return not lives end
      for at = 2, #c, 8 do
        if lives and c:sub(at, at + 7) == h:sub(9, 16) then return true end
      end
      return false
    end
    local function changed(found)
      return found and found ~= (#h > 0 and h:sub(9, 16) or string.rep('\0', 8))
    end
    local function refusal(c)
      return lives and c:sub(1, 1) == '=' and 'F' .. h:sub(9, 16) or 'F'
    end
    local function slide(idle)
      local own = struct.unpack('>I4', h, 33)
      idle = own > 0 and own * 1000 or tonumber(idle)
      if absolute > 0 then idle = math.min(idle, absolute - now) end
      redis.call('PEXPIRE', KEYS[1], idle)
    end
    local function patch(at, bytes)
      redis.call('RENAME', KEYS[1], KEYS[1])
      redis.call('SETRANGE', KEYS[1], at, bytes)
    end

    """#
}
