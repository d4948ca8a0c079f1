// The script of command(): commands of operators to a whole fleet.

/** Beside the entry: the command, the open time or '', the message. */
export const command = `
local e = load(7, 7)
local type, openForMs, message = ARGV[11], tonumber(ARGV[12]), ARGV[13]
local state = e.r.state
if not late then
  if type == 'trip' and state ~= 'open' then
    open(e, 'tripped', { message = message }, openForMs)
  elseif type == 'probe' and state == 'open' then
    toHalfOpen(e, 'probeRequested', message)
  elseif type == 'isolate' and state ~= 'forcedOpen' then
    change(e, 'forcedOpen', 'isolated', { message = message })
  elseif type == 'disable' and state ~= 'disabled' then
    change(e, 'disabled', 'disabled', { message = message })
  elseif type == 'enable' and (state == 'forcedOpen' or state == 'disabled') then
    close(e, 'enabled', message)
  elseif type == 'reset' and state ~= 'closed' then
    close(e, 'reset', message)
  elseif type == 'reset' then
    forget(e)
  end
end
finish()
return { now, late and 1 or 0, answer(e) }
`
