// What Redis decides by itself, in one step with the act: conditions on versions, locks, absolute
// timeouts. Small Lua texts that look at no more than the 96 bytes of a record's header, so that no
// payload passes through Lua above `RecordStaging.threshold`.
//
// Every script is sent by its SHA-1 (EVALSHA). A node is given the texts when it says NOSCRIPT: that
// costs a round trip once in a node's life, and nothing where nobody uses a lock. Redis's TIME is the
// clock of leases and absolute deadlines: gateways whose clocks differ agree on them.
//
// An answer is one string: a letter, and fixed fields in network byte order behind some.
//
//   C  created                          H  somebody else holds the lock: its age and what is left of
//   R  replaced                            its lease, 8 bytes each, milliseconds
//   T  the timeout starts anew          L  the lock is the caller's: token, 16 bytes, and what is left
//   D  deleted                             of its lease, 8 bytes, milliseconds
//   U  released                         X  the caller does not hold the lock that it named
//   V  released before, and since then nobody wrote or locked
//   M  missing                          S  the staged record is gone
//   F  the condition failed; the        B  what is stored is no record
//      present version, if there is one

/// One of the store's scripts.
enum Script: CaseIterable {
  case write, touch, delete, lock, renew, release

  /// The SHA-1 of the text in hexadecimal, by which Redis knows it. A constant, since it goes out with
  /// each command; a test compares it with what SCRIPT LOAD says.
  var digest: StaticString {
    switch self {
    case .write: "b3674d160c2cce0181cc0ee390b7412ea696d02a"
    case .touch: "660d9cd3944c5b1884e2f4437c6374ddee19e9e5"
    case .delete: "35734790790ed119640f148b8c9ac832a60a1291"
    case .lock: "5ced8ada3b2f85dfc5da4861c41ae9895cfb523c"
    case .renew: "9d9ea56db2c9152d907cf7871d2127be7b4c3bdc"
    case .release: "c0f79df34db5d150fb4922430646c027a99c5eb9"
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
    }
  }

  /// What all of them begin with: the header `h`, the time `now`, whether the session `lives`, its
  /// `absolute` deadline, and three questions.
  ///
  /// A condition is nothing, `*` (exists), `!` (does not exist), or `=` and versions of 8 bytes.
  private static let prelude = #"""
    local h = redis.call('GETRANGE', KEYS[1], 0, 95)
    if #h > 0 and (#h < 96 or h:sub(1, 3) ~= 'SG\1') then return 'B' end
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
    local function refusal(c)
      return lives and c:sub(1, 1) == '=' and 'F' .. h:sub(9, 16) or 'F'
    end
    local function slide(idle)
      local own = struct.unpack('>I4', h, 33)
      idle = own > 0 and own * 1000 or tonumber(idle)
      if absolute > 0 then idle = math.min(idle, absolute - now) end
      redis.call('PEXPIRE', KEYS[1], idle)
    end

    """#
}
