-- hold: free -> held. Takes seats for a buyer, all or none; repeating it gives the same answer.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7 cooldowns  8.. one lock per seat
-- ARGV  1 session  2 buyer  3 tag of the buyer  4 token for a buyer without live holds  5 hold in ms  6 most seats a buyer
--       7 time at which the session closes, in ms (0: never)  8 token that was sent ('': none)  9.. seats, in the locks' order
--       and last of both: the dataset's key, and what it must be ('': anything)
-- Reply {code, token, remaining ms of the hold that ends first, seat that caused a refusal...}
--       code 0 held  1 a seat is not free  2 over the limit  3 wrong token  4 cooling down  5 session closed
--            6 a hold is due but not swept yet: sweep the session and ask again  -1 another dataset

local dataset_key, dataset = table.remove(KEYS), table.remove(ARGV)
if dataset ~= '' and redis.call('GET', dataset_key) ~= dataset then return {-1, '', 0} end

local version_key, holds_key, sold_key, buyers_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due_key, events_key, cooldowns_key = KEYS[5], KEYS[6], KEYS[7]
local session, buyer, tag, new_token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local hold_ms, most, closes_at, sent_token = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local FIRST_LOCK, FIRST_SEAT = 8, 9
local EVENTS_KEPT = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if closes_at > 0 and now >= closes_at then
  return {5, '', 0}
end

local wanted, mine, taken, due, cooling = {}, {}, {}, {}, {}
local earliest = now + hold_ms
for i = FIRST_SEAT, #ARGV do
  local seat, lock = ARGV[i], KEYS[FIRST_LOCK + i - FIRST_SEAT]
  local hold = redis.call('HGET', holds_key, seat)
  hold = hold and cjson.decode(hold)
  if hold and hold.deadline < now then
    table.insert(due, seat)
  elseif hold and hold.buyer == buyer then
    table.insert(mine, {seat = seat, lock = lock, hold = hold})
    earliest = math.min(earliest, hold.deadline)
  elseif hold or redis.call('HEXISTS', sold_key, seat) == 1 or redis.call('EXISTS', lock) == 1 then
    table.insert(taken, seat)
  elseif tonumber(redis.call('ZSCORE', cooldowns_key, session .. ':' .. seat .. ':' .. tag) or 0) > now then
    table.insert(cooling, seat)
  else
    table.insert(wanted, {seat = seat, lock = lock})
  end
end

if #taken > 0 then return {1, '', 0, unpack(taken)} end
if #due > 0 then return {6, '', 0, unpack(due)} end
if #cooling > 0 then return {4, '', 0, unpack(cooling)} end

local account = redis.call('HGET', buyers_key, buyer)
account = account and cjson.decode(account) or {held = 0, sold = 0}
-- A token ends with the last of its holds.
local live_token = account.held > 0 and account.token or nil
if sent_token ~= '' and sent_token ~= live_token then
  return {3, '', 0}
end
if #wanted > 0 and account.held + account.sold + #wanted > most then
  return {2, '', 0}
end

-- Everything is checked: from here on only writes.
account.token = live_token or new_token
for _, own in ipairs(mine) do
  -- Nothing where the lock is there; mends a lock that was lost before its time.
  redis.call('SET', own.lock, account.token, 'NX', 'PXAT', own.hold.deadline)
end
if #wanted > 0 then
  local deadline, changes = now + hold_ms, {}
  for _, new in ipairs(wanted) do
    redis.call('SET', new.lock, account.token, 'NX', 'PXAT', deadline)
    redis.call('HSET', holds_key, new.seat, cjson.encode(
      {buyer = buyer, token = account.token, tag = tag, since = now, deadline = deadline}))
    redis.call('ZADD', due_key, deadline, session .. ':' .. new.seat)
    table.insert(changes, {seat = new.seat, state = 'held', deadline = deadline, tag = tag})
  end
  account.held = account.held + #wanted
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
  local version = redis.call('INCR', version_key)
  redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
    'session', session, 'version', version, 'changes', cjson.encode(changes))
end
return {0, account.token, earliest - now}
