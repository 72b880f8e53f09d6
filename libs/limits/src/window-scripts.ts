/**
 * Keeps a list per key: how many requests there are, and then times and counts in turn, an entry for each slice of the window in
 * which there were some. Those that have left the window are removed. Redis runs the script atomically and with its
 * own clock, so replicas can't race each other or disagree about the time. Rejected requests aren't counted, so a caller who
 * keeps trying is served again as soon as the window allows it. Requests that are leased count from the end of their lease.
 * A lease takes up no more than a sixteenth of what's left, so that other replicas have theirs, and the last requests are
 * handed out singly.
 *
 * KEYS: the windows. ARGV for each: limit, window, block, slice and lease in milliseconds, how many are wanted, and how many
 * more to lease. Returns for each: allowed, leased, remaining, and reset in milliseconds.
 */
export const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {}
for i, key in ipairs(KEYS) do
  local given = {}
  for n = 1, 7 do
    given[n] = tonumber(ARGV[7 * i - 7 + n])
  end
  local limit, window, block, slice, lease, wanted, extra = unpack(given)
  local blocked = block > 0 and redis.call('PTTL', key .. ':blocked') or 0
  local count = tonumber(redis.call('LINDEX', key, 0) or 0)
  local oldest = tonumber(redis.call('LINDEX', key, 1) or '')
  while oldest and oldest <= now - window do
    count = count - redis.call('LPOP', key, 3)[3]
    redis.call('LPUSH', key, count)
    oldest = tonumber(redis.call('LINDEX', key, 1) or '')
  end
  local allowed, leased, reset = 0, 0, nil
  if blocked > 0 then
    count, reset = limit, blocked
  else
    allowed = math.max(0, math.min(wanted, limit - count))
    leased = math.min(extra, math.floor(math.max(0, limit - count - allowed) / 16))
    if block > 0 and allowed < wanted then
      redis.call('SET', key .. ':blocked', 1, 'PX', block)
      reset = block
    end
  end
  if allowed > 0 then
    local at = leased > 0 and now + lease or now
    local latest = oldest and tonumber(redis.call('LINDEX', key, -2))
    count = count + allowed + leased
    if not latest then
      redis.call('DEL', key)
      redis.call('RPUSH', key, count, at, allowed + leased)
      oldest = at
    elseif math.floor(latest / slice) >= math.floor(at / slice) then
      at = math.max(at, latest)
      redis.call('LSET', key, 0, count)
      redis.call('LSET', key, -2, at)
      redis.call('LSET', key, -1, redis.call('LINDEX', key, -1) + allowed + leased)
    else
      redis.call('LSET', key, 0, count)
      redis.call('RPUSH', key, at, allowed + leased)
    end
    redis.call('PEXPIRE', key, at - now + window)
  end
  reply[#reply + 1] = allowed
  reply[#reply + 1] = leased
  reply[#reply + 1] = math.max(0, limit - count)
  reply[#reply + 1] = reset or (oldest or now) + window - now
end
return reply`;

/** Takes requests out of the latest entries: those of leases that weren't used up. KEYS: the windows. ARGV: how many. */
export const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  local left = tonumber(ARGV[i])
  local total = tonumber(redis.call('LINDEX', key, 0) or 0)
  if total <= left then
    redis.call('DEL', key)
  else
    redis.call('LSET', key, 0, total - left)
    local count = tonumber(redis.call('LINDEX', key, -1))
    while count <= left do
      redis.call('RPOP', key, 2)
      left = left - count
      count = tonumber(redis.call('LINDEX', key, -1))
    end
    redis.call('LSET', key, -1, count - left)
  end
end`;
