// The script of poll(): a sign of life, and the news.

/**
 * The cursor ('' for everything, '-' for the entries alone), then entries. This part comes before the functions that it
 * does not need: most polls bring nothing, and every process sends one each second.
 */
export const idlePoll = `
local cursor = ARGV[7]
local since
if not late then
  local last = tonumber(redis.call('ZSCORE', live, instance) or 0)
  redis.call('ZADD', live, int(now), instance)
  -- What has ended is not counted below; it is removed, and the rest kept from ending, by each process every ten seconds.
  if math.floor(last / 10000) ~= math.floor(now / 10000) then
    redis.call('ZREMRANGEBYSCORE', live, '-inf', int(now - liveForMs))
    redis.call('ZREMRANGEBYSCORE', live, '(' .. int(now), '+inf')
    redis.call('ZREMRANGEBYSCORE', suspects, '-inf', int(now))
    redis.call('PEXPIRE', live, DAY)
    redis.call('PEXPIRE', records, KEEP)
    redis.call('PEXPIRE', log, KEEP)
  end
  if string.match(cursor, '^%d+%-%d+$') then since = redis.call('XRANGE', log, cursor, '+', 'COUNT', '1002') end
end

local function news(nextCursor, answers)
  local alive = redis.call('ZCOUNT', live, '(' .. int(now - liveForMs), int(now))
  local suspected = redis.call('ZRANGEBYSCORE', suspects, '(' .. int(now), '+inf', 'LIMIT', '0', '200')
  return { now, late and 1 or 0, nextCursor, alive, suspected, answers }
end

if since and #ARGV == 7 and #since == 1 and since[1][1] == cursor then return news(cursor, {}) end
`

/** The rest of it. */
export const poll = `
local answers, loaded = {}, {}
for i = 0, (#ARGV - 7) / 4 - 1 do
  local e = load(8 + 4 * i, 7 + 3 * i)
  noteRules(e)
  loaded[e.field] = e
  if e.flags ~= '' and (cursor == '-' or not redis.call('HGET', records, e.field)) then answers[#answers + 1] = answer(e) end
end
finish()

local function tell(field, record)
  local e = loaded[field] or { name = string.sub(field, 10), digest = string.sub(field, 1, 8), flags = '', r = record }
  answers[#answers + 1] = answer(e)
end

local nextCursor = ''
if late or cursor == '-' then
  nextCursor = '-'
elseif cursor == '' then
  local all = redis.call('HGETALL', records)
  local removed, floor = 0, tonumber(redis.call('HGET', records, 'floor') or 0)
  for i = 1, #all, 2 do
    local r = parseStored(all[i + 1])
    if r and r.state == 'closed' and r.at < now - r.openMs - DAY and removed < 200 then
      redis.call('HDEL', records, all[i])
      removed = removed + 1
      floor = math.max(floor, r.version)
    elseif r and r.version > 0 then
      tell(all[i], r)
    end
  end
  if removed > 0 then redis.call('HSET', records, 'floor', int(floor)) end
  if redis.call('XLEN', log) == 0 then
    redis.call('XADD', log, '*', 'f', '')
    redis.call('PEXPIRE', log, KEEP)
  end
  nextCursor = redis.call('XREVRANGE', log, '+', '-', 'COUNT', '1')[1][1]
elseif since and since[1] and since[1][1] == cursor and #since < 1002 then
  local seen = {}
  for i = 2, #since do
    local field = since[i][2][2]
    local stored = not seen[field] and redis.call('HGET', records, field)
    seen[field] = true
    local record = stored and parseStored(stored)
    if record then tell(field, record) end
  end
  nextCursor = since[#since][1]
end
return news(nextCursor, answers)
`
