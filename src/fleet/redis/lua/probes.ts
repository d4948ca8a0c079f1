// The scripts of acquire() and complete(): leases for probes, each with its token.

/** Beside the entry: the token. */
export const acquire = `
local e = load(7, 7)
local granted, leaseMs, retryMs = 0, 0, 0
if not late then
  noteRules(e)
  local token, rules = ARGV[11], e.rules
  if e.r.state == 'open' then
    if e.r.at > now then retryMs = e.r.at - now else toHalfOpen(e, 'openTimeElapsed') end
  end
  if e.r.state == 'halfOpen' then
    pruneAfter(e.leases, rules.probeTimeoutMs)
    local held = redis.call('ZSCORE', e.leases, token)
    if held then
      granted, leaseMs = 1, tonumber(held) - now
    elseif redis.call('ZCARD', e.leases) < rules.halfOpenMaxCalls then
      redis.call('ZADD', e.leases, int(now + rules.probeTimeoutMs), token)
      redis.call('PEXPIRE', e.leases, int(2 * rules.probeTimeoutMs))
      granted, leaseMs = 1, rules.probeTimeoutMs
    else
      retryMs = tonumber(redis.call('ZRANGE', e.leases, 0, 0, 'WITHSCORES')[2]) - now
    end
  end
end
finish()
return { now, late and 1 or 0, granted, leaseMs, retryMs, answer(e) }
`

/** Beside the entry: the version, the token, 1 for a success. Its lease and its version decide whether it still counts. */
export const complete = `
late = false
local e = load(7, 7)
pruneAfter(e.leases, e.rules.probeTimeoutMs)
local accepted = 0
if e.r.state == 'halfOpen' and e.r.version == tonumber(ARGV[11]) then accepted = redis.call('ZREM', e.leases, ARGV[12]) end
if accepted == 1 and ARGV[13] ~= '1' then
  open(e, 'probeFailures', {})
elseif accepted == 1 then
  e.r.successes = e.r.successes + 1
  if e.r.successes >= e.rules.successThreshold then close(e, 'probeSuccesses', '') else save(e) end
end
finish()
return { now, 0, accepted, answer(e) }
`
