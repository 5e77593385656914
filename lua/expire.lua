-- expire: held -> free, by time, once. A seat is freed if its deadline in the due set has passed
-- and its lock is gone; a lock that is still there changes nothing.
--
-- EXISTS on a lock also makes Redis delete an expired one and send its notification.
-- The seat then cools down for the buyer and the network that had it.
--
-- KEYS  1 version  2 holds  3 buyers  4 due  5 events  6 cooldowns  7 released
--       8.. one lock per seat
-- ARGV  1 session  2 cool-down in ms  3 events kept  4.. seats, in the locks' order
-- Reply {the number of seats freed, id of the event, if there was one}

local version_key, holds_key, buyers_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local events_key, cooldowns_key, released_key = KEYS[5], KEYS[6], KEYS[7]
local session, cooldown_ms, events_kept = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local FIRST_LOCK, FIRST_SEAT = 8, 4
local FORGOTTEN_AT_ONCE = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local ended = {}
for i = FIRST_SEAT, #ARGV do
  local seat, member = ARGV[i], session .. ':' .. ARGV[i]
  local deadline = tonumber(redis.call('ZSCORE', due_key, member) or math.huge)
  local gone = redis.call('EXISTS', KEYS[FIRST_LOCK + i - FIRST_SEAT]) == 0
  if gone and deadline < now then
    local hold = redis.call('HGET', holds_key, seat)
    table.insert(ended, {seat = seat, member = member, hold = hold and cjson.decode(hold)})
  end
end

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(ended) do
  redis.call('ZREM', due_key, own.member)
  -- Somebody may have deleted the hold or the account by hand; the other seats are swept anyway.
  if own.hold then
    local buyer, tag = own.hold.buyer, own.hold.tag
    redis.call('HDEL', holds_key, own.seat)
    for _, who in ipairs({tag, own.hold.network}) do
      redis.call('ZADD', cooldowns_key, now + cooldown_ms, own.member .. ':' .. who)
      redis.call('HDEL', released_key, own.member .. ':' .. who)
    end
    local account = redis.call('HGET', buyers_key, buyer)
    account = account and cjson.decode(account) or {held = 1, sold = 0}
    account.held = math.max(0, account.held - 1)
    if account.held + account.sold > 0 then
      redis.call('HSET', buyers_key, buyer, cjson.encode(account))
    else
      redis.call('HDEL', buyers_key, buyer)
    end
    table.insert(changes, {seat = own.seat, state = 'free', reason = 'timeout', tag = tag})
  end
end

local event
if #changes > 0 then
  local past =
    redis.call('ZRANGEBYSCORE', cooldowns_key, '-inf', now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
  if #past > 0 then
    redis.call('ZREM', cooldowns_key, unpack(past))
    redis.call('HDEL', released_key, unpack(past))
  end
  local version = redis.call('INCR', version_key)
  event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
    'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
end
return {#changes, event}
