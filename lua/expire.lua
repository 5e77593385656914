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

local members = {}
for i = FIRST_SEAT, #ARGV do table.insert(members, session .. ':' .. ARGV[i]) end
local deadlines = redis.call('ZMSCORE', due_key, unpack(members))

local seats, no_longer_due = {}, {}
for i, member in ipairs(members) do
  local deadline = tonumber(deadlines[i] or math.huge)
  local gone = redis.call('EXISTS', KEYS[FIRST_LOCK + i - 1]) == 0
  if gone and deadline < now then
    table.insert(seats, ARGV[FIRST_SEAT + i - 1])
    table.insert(no_longer_due, member)
  end
end
if #seats == 0 then return {0} end

-- A buyer's seats and accounts are read and written together: of a whole hall each call counts.
-- Somebody may have deleted a hold or an account by hand; the other seats are swept anyway.
local holds = redis.call('HMGET', holds_key, unpack(seats))
local changes, cooling, scored, ended = {}, {}, {}, {}
for i, seat in ipairs(seats) do
  local hold = holds[i] and cjson.decode(holds[i])
  if hold then
    for _, who in ipairs({hold.tag, hold.network}) do
      local member = no_longer_due[i] .. ':' .. who
      table.insert(cooling, member)
      table.insert(scored, now + cooldown_ms)
      table.insert(scored, member)
    end
    ended[hold.buyer] = (ended[hold.buyer] or 0) + 1
    table.insert(changes, {seat = seat, state = 'free', reason = 'timeout', tag = hold.tag})
  end
end
local accounts = {}
for buyer, number in pairs(ended) do
  local account = redis.call('HGET', buyers_key, buyer)
  account = account and cjson.decode(account) or {held = number, sold = 0}
  account.held = math.max(0, account.held - number)
  accounts[buyer] = account
end

-- Everything is checked: from here on only writes.
redis.call('ZREM', due_key, unpack(no_longer_due))
if #changes == 0 then return {0} end
redis.call('HDEL', holds_key, unpack(seats))
redis.call('ZADD', cooldowns_key, unpack(scored))
redis.call('HDEL', released_key, unpack(cooling))
for buyer, account in pairs(accounts) do
  if account.held + account.sold > 0 then
    redis.call('HSET', buyers_key, buyer, cjson.encode(account))
  else
    redis.call('HDEL', buyers_key, buyer)
  end
end
local past = redis.call('ZRANGEBYSCORE', cooldowns_key, '-inf', now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
if #past > 0 then
  redis.call('ZREM', cooldowns_key, unpack(past))
  redis.call('HDEL', released_key, unpack(past))
end
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
return {#changes, event}
