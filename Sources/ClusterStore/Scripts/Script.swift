// What Redis decides by itself, in one step with the act: conditions on versions, locks, absolute
// timeouts. Small Lua texts that look at no more than the 96 bytes of a record's header, so that no
// payload passes through Lua above `RecordStaging.threshold`.
//
// Every script is sent by its SHA-1 (EVALSHA). A node is given the texts when it says NOSCRIPT: that
// costs a round trip once in a node's life, and nothing where no script is needed. Redis's TIME is the
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
//      present version, if there is one O  other than what a lost write's question found: the header
//                                          that is there, or nothing

/// One of the store's scripts.
enum Script: CaseIterable {
  case write, touch, delete, lock, renew, release, repeated

  /// The SHA-1 of the text in hexadecimal, by which Redis knows it. A constant, since it goes out with
  /// each command; a test compares it with what SCRIPT LOAD says.
  var digest: StaticString {
    switch self {
    case .write: "f08fb46d4561ec1d5087c501a085cf4bef86cbd2"
    case .touch: "eb3349565e6104ca8a8ffe98b237d89f962db5d8"
    case .delete: "957af48d74feeb531f10574737b8f85df08b867c"
    case .lock: "5574ef0989f68221d274bc26a6904073465b4107"
    case .renew: "4b5c5a855ab76368c32be3e6bac23e3b0498665a"
    case .release: "ece9743eec07eda9d0d8356afea71e0a44d13efb"
    case .repeated: "4eb7d90c9908ce44adda8cba66fe677e947417e1"
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

  /// What all of them begin with: the header `h`, the time `now`, whether the session `lives`, its
  /// `absolute` deadline, and four questions.
  ///
  /// A condition is nothing, `*` (exists), `!` (does not exist), or `=` and versions of 8 bytes. What a
  /// lost write found is a version, or 8 zeros for nothing (`RepeatedWrite`).
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

    """#
}
