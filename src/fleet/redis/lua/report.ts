// The script of report(): adds to the windows of a fleet, and opens where the rate and the quorum are reached.

/** Of each entry, beside the entry itself: calls, failures, slow, 1 if it fails for this process. */
export const report = `
local function judge(e, calls, failures, slow, failing)
  local rules = e.rules
  local slotMs = math.ceil(rules.windowMs / 10)
  local index = math.floor(now / slotMs)
  local place = index % 10
  local function count(text)
    local i, c, f, s = string.match(text or '', '^(%d+) (%d+) (%d+) (%d+)$')
    return tonumber(i or -1), tonumber(c), tonumber(f), tonumber(s)
  end
  local own = { calls, failures, slow }
  local i, c, f, s = count(redis.call('HGET', e.window, int(place)) or '')
  if i == index then own = { calls + c, failures + f, slow + s } end
  redis.call('HSET', e.window, int(place), int(index) .. ' ' .. int(own[1]) .. ' ' .. int(own[2]) .. ' ' .. int(own[3]))
  redis.call('PEXPIRE', e.window, int(rules.windowMs + slotMs))
  if failing then
    redis.call('ZADD', e.reporters, int(now + rules.windowMs), instance)
    redis.call('PEXPIRE', e.reporters, int(rules.windowMs))
  else
    redis.call('ZREM', e.reporters, instance)
  end
  if failures == 0 and (slow == 0 or rules.slowRate > 1) then return end
  redis.call('ZADD', suspects, int(now + rules.windowMs), e.field)
  redis.call('PEXPIRE', suspects, DAY)
  local total = { 0, 0, 0 }
  for _, text in ipairs(redis.call('HVALS', e.window)) do
    local i, c, f, s = count(text)
    if i > index - 10 and i <= index then total = { total[1] + c, total[2] + f, total[3] + s } end
  end
  if total[1] < rules.minimumCalls then return end
  local reason, rate
  if total[2] > 0 and total[2] / total[1] >= rules.failureRate then
    reason, rate = 'failureRate', total[2] / total[1]
  elseif total[3] > 0 and total[3] / total[1] >= rules.slowRate then
    reason, rate = 'slowCallRate', total[3] / total[1]
  else
    return
  end
  pruneAfter(e.reporters, rules.windowMs)
  local reporters = redis.call('ZCARD', e.reporters)
  local alive = redis.call('ZCOUNT', live, '(' .. int(now - liveForMs), int(now))
  local quorum = math.max(rules.quorumReporters, math.ceil(rules.quorumShare * alive - 1e-9))
  if reporters < quorum then return end
  local digits = string.format('%.4f', math.floor(rate * 10000 + 0.5) / 10000)
  digits = string.gsub(string.gsub(digits, '0+$', ''), '%.$', '')
  open(e, reason, { rate = digits, calls = total[1], reporters = reporters })
end

local answers = {}
for i = 0, (#ARGV - 6) / 8 - 1 do
  local arg = 7 + 8 * i
  local e = load(arg, 7 + 3 * i)
  local calls = tonumber(ARGV[arg + 4])
  if not late and calls > 0 then
    noteRules(e)
    if e.r.state == 'closed' then
      judge(e, calls, tonumber(ARGV[arg + 5]), tonumber(ARGV[arg + 6]), ARGV[arg + 7] == '1')
    end
  end
  if e.r.state ~= 'closed' or e.r.version ~= e.known or e.flags ~= '' then answers[#answers + 1] = answer(e) end
end
finish()
return { now, late and 1 or 0, answers }
`
