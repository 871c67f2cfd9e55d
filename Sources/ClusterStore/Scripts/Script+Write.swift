// Writing a session under a condition or a lock, or where its creation time must survive.

extension Script {
  /// Creates or replaces a session. Checks the condition and the lock, and copies what survives a
  /// write into the new record: the creation time, the absolute deadline, and the lock if the
  /// caller holds it and keeps it.
  ///
  /// KEYS: the session; the staged record, unless it is an argument.
  /// ARGV: condition; token or nothing; `1` to release the lock or nothing; idle timeout and a new
  /// session's absolute timeout in milliseconds; the record if it is not staged; what a lost write
  /// found.
  /// Answers: C, R, F, X, S, O, B. A refused write leaves nothing staged.
  static let writeBody = #"""
    if changed(ARGV[7]) then return 'O' .. h end
    local staged = KEYS[2]
    local function refuse(answer)
      if staged then redis.call('UNLINK', staged) end
      return answer
    end
    if ARGV[2] ~= '' and not holds(ARGV[2]) then return refuse('X') end
    if not meets(ARGV[1]) then return refuse(refusal(ARGV[1])) end
    if staged and redis.call('STRLEN', staged) < 96 then return 'S' end
    local idle, limit = tonumber(ARGV[4]), tonumber(ARGV[5])
    local times, lock = h:sub(17, 32), string.rep('\0', 48)
    if not lives then
      absolute = limit > 0 and now + limit or 0
      times = struct.pack('>I8I8', now, absolute)
    end
    if absolute > 0 then idle = math.min(idle, absolute - now) end
    if ARGV[2] ~= '' and ARGV[3] == '' then lock = h:sub(41, 88) end
    if staged then
      for _, part in ipairs({{16, times}, {40, lock}}) do
        local done = redis.pcall('SETRANGE', staged, part[1], part[2])
        if type(done) == 'table' then return refuse(done) end
      end
      redis.call('PEXPIRE', staged, idle)
      redis.call('RENAME', staged, KEYS[1])
    else
      local r = ARGV[6]
      r = r:sub(1, 16) .. times .. r:sub(33, 40) .. lock .. r:sub(89)
      redis.call('SET', KEYS[1], r, 'PX', idle)
    end
    return lives and 'R' or 'C'
    """#
}
