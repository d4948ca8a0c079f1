// Prelude: what scripts begin with: the time, the entries of a request with their repair, and what a change leaves behind.
// The same as memory/shard.ts: who changes one changes the other.
//
// KEYS: records, log, live, suspects, rules, pushes, then for each entry its window, reporters and leases.
// ARGV: instance, sentAt, maxAgeMs, liveForMs, maxPushes, channel, then what the script takes; of an entry: name, digest, rules, view.

/** An answer begins with the time and whether the request was late; of an endpoint it has name, digest, record, flags. */
export const header = `
local records, log, live, suspects, rulesOf, pushes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local instance, channel = ARGV[1], ARGV[6]
local liveForMs, maxPushes = tonumber(ARGV[4]), tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local late = math.abs(now - tonumber(ARGV[2])) > tonumber(ARGV[3])
local DAY, KEEP = 86400000, 604800000
local SEVERITY = { closed = 0, halfOpen = 1, open = 2, disabled = 3, forcedOpen = 4 }
local changed = {}

local function int(number) return string.format('%.0f', number) end
`

/** What is done with entries. */
export const functions = `
local function fresh()
  -- Versions of forgotten records are not given again: whoever remembers one would take it for older than it is.
  local floor = tonumber(redis.call('HGET', records, 'floor') or 0)
  return { state = 'closed', version = floor, remaining = 0, openMs = 0, openings = 0, reason = 'none', rate = '0',
    calls = 0, reporters = 0, writer = '-', message = '', at = now, successes = 0 }
end

local function parse(text)
  local state, version, remaining, openMs, openings, reason, rate, calls, reporters, writer, message =
    string.match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+) (%a+) ([%d.]+) (%d+) (%d+) ([%w._-]+) (.*)$')
  if not SEVERITY[state or ''] then return nil end
  return { state = state, version = tonumber(version), remaining = tonumber(remaining), openMs = tonumber(openMs),
    openings = tonumber(openings), reason = reason, rate = rate, calls = tonumber(calls),
    reporters = tonumber(reporters), writer = writer, message = message }
end

local function parseStored(text)
  local at, successes, rest = string.match(text, '^(%d+) (%d+) (.*)$')
  local record = rest and parse(rest)
  if not record then return nil end
  record.at, record.successes = tonumber(at), tonumber(successes)
  return record
end

local function pack(r)
  local remaining = 0
  if r.state == 'open' then remaining = math.min(r.openMs, math.max(0, r.at - now)) end
  return table.concat({ r.state, int(r.version), int(remaining), int(r.openMs), int(r.openings), r.reason, r.rate,
    int(r.calls), int(r.reporters), r.writer, r.message }, ' ')
end

local function save(e)
  redis.call('HSET', records, e.field, int(e.r.at) .. ' ' .. int(e.r.successes) .. ' ' .. pack(e.r))
end

local function isNewer(a, b)
  if a.version ~= b.version then return a.version > b.version end
  if a.state ~= b.state then return SEVERITY[a.state] > SEVERITY[b.state] end
  return a.writer > b.writer
end

local known = {}
local function parseRules(text)
  if known[text] then return known[text] end
  local n = {}
  for part in string.gmatch(text, '%S+') do n[#n + 1] = tonumber(part) end
  known[text] = { windowMs = n[1], minimumCalls = n[2], failureRate = n[3], slowRate = n[4], quorumReporters = n[5],
    quorumShare = n[6], openTimeoutMs = n[7], backoffFactor = n[8], maxOpenMs = n[9], jitter = n[10],
    halfOpenMaxCalls = n[11], probeTimeoutMs = n[12], successThreshold = n[13] }
  return known[text]
end

local function load(arg, key)
  local e = { name = ARGV[arg], digest = ARGV[arg + 1], flags = '', known = 0,
    window = KEYS[key], reporters = KEYS[key + 1], leases = KEYS[key + 2],
    rules = parseRules(ARGV[arg + 2]) }
  e.field = e.digest .. ' ' .. e.name
  local stored = redis.call('HGET', records, e.field)
  e.r = (stored and parseStored(stored)) or fresh()
  local text = ARGV[arg + 3]
  local view = text ~= '' and parse(text)
  if view then e.known = view.version end
  if late then return e end
  if text ~= '' and (not view or view.version - e.r.version > 1048576 or view.version > 4503599627370496) then
    e.flags = 'x'
  elseif view and view.version > 0 and isNewer(view, e.r) then
    view.openMs = math.min(view.openMs, e.rules.maxOpenMs)
    view.at = now
    if view.state == 'open' then view.at = now + math.min(view.remaining, view.openMs) end
    view.successes = 0
    e.r = view
    e.flags = 'r'
    save(e)
    changed[#changed + 1] = e
  end
  if e.r.state == 'open' and e.r.at - now > e.r.openMs then
    e.r.at = now + e.r.openMs
    save(e)
  end
  return e
end

local function noteRules(e)
  if late then return end
  local others = redis.call('HGET', rulesOf, e.name)
  if others == e.digest then return end
  if others then e.flags = e.flags .. 'o' end
  redis.call('HSET', rulesOf, e.name, e.digest)
  redis.call('PEXPIRE', rulesOf, DAY)
end

local function change(e, state, reason, more, at)
  local r = e.r
  local openings = r.openings
  if state == 'closed' then openings = 0 end
  e.r = { state = state, reason = reason, version = r.version + 1, openMs = more.openMs or r.openMs,
    openings = more.openings or openings, rate = more.rate or '0', calls = more.calls or 0,
    reporters = more.reporters or 0, writer = instance, message = more.message or '', at = at or now, successes = 0 }
  save(e)
  changed[#changed + 1] = e
end

local function forget(e) redis.call('DEL', e.window, e.reporters, e.leases) end

local function open(e, reason, more, openForMs)
  local rules = e.rules
  local openings = e.r.openings + 1
  if not openForMs then
    local grown = math.min(rules.openTimeoutMs * rules.backoffFactor ^ (openings - 1), rules.maxOpenMs)
    local draw = (((e.r.version + 1) % 65536) * 40503) % 65536 / 65536
    openForMs = math.max(1, math.floor(grown * (1 - rules.jitter * draw)))
  end
  more.openings = openings
  more.openMs = math.min(openForMs, rules.maxOpenMs)
  change(e, 'open', reason, more, now + more.openMs)
  forget(e)
end

local function close(e, reason, message)
  change(e, 'closed', reason, { message = message })
  forget(e)
end

local function toHalfOpen(e, reason, message)
  change(e, 'halfOpen', reason, { message = message })
  redis.call('DEL', e.leases)
end

local function pruneAfter(key, longestMs)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', int(now))
  redis.call('ZREMRANGEBYSCORE', key, '(' .. int(now + longestMs), '+inf')
end

local function answer(e) return { e.name, e.digest, pack(e.r), e.flags } end

local function finish()
  if #changed == 0 then return end
  local told = {}
  for _, e in ipairs(changed) do
    redis.call('XADD', log, 'MAXLEN', '~', '10000', '*', 'f', e.field)
    told[#told + 1] = { e.name, e.digest, pack(e.r), '' }
  end
  redis.call('PEXPIRE', records, KEEP)
  redis.call('PEXPIRE', log, KEEP)
  local count = redis.call('INCR', pushes)
  local ttl = redis.call('PTTL', pushes)
  if ttl < 0 or ttl > 1000 then redis.call('PEXPIRE', pushes, 1000) end
  -- One that may not publish has its polls.
  if count <= maxPushes then redis.pcall('PUBLISH', channel, cjson.encode(told)) end
end
`
