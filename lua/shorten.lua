-- shorten: held -> held for a hold time from now, where a hold would outlast its ceiling. That
-- happens after Redis' clock was ahead and was set back.
--
-- KEYS  1 version  2 holds  3 due  4 events  5.. one lock per seat
-- ARGV  1 session  2 hold in ms  3 ceiling in ms  4 events kept  5.. seats, in the locks' order
-- Reply {the number of holds shortened, id of the event, if there was one}

local version_key, holds_key, due_key, events_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local session, events_kept = ARGV[1], ARGV[4]
local hold_ms, ceiling_ms = tonumber(ARGV[2]), tonumber(ARGV[3])
local FIRST_LOCK, FIRST_SEAT = 5, 5

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local deadline, changes = now + hold_ms, {}
for i = FIRST_SEAT, #ARGV do
  local seat, member = ARGV[i], session .. ':' .. ARGV[i]
  if tonumber(redis.call('ZSCORE', due_key, member) or 0) > now + ceiling_ms then
    redis.call('ZADD', due_key, deadline, member)
    redis.call('PEXPIREAT', KEYS[FIRST_LOCK + i - FIRST_SEAT], deadline)
    local hold = redis.call('HGET', holds_key, seat)
    hold = hold and cjson.decode(hold)
    if hold then
      hold.since, hold.deadline = now, deadline
      redis.call('HSET', holds_key, seat, cjson.encode(hold))
      table.insert(changes, {seat = seat, state = 'held', deadline = deadline, tag = hold.tag})
    end
  end
end

local event
if #changes > 0 then
  local version = redis.call('INCR', version_key)
  event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
    'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
end
return {#changes, event}
