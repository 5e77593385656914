-- hold: free -> held, all seats or none, for one buyer. Safe to repeat: the same answer.
--
-- An exchange gives the buyer's other seats back in the same step, held -> free: none is lost if
-- the new seats are refused, and the buyer never holds too many. Named seats that the buyer does
-- not hold are left alone.
--
-- A seat that this buyer or network gave back a moment ago keeps its first beginning, and so its
-- ceiling. If that ceiling is reached, or the hold ended by time, the seat cools down for both.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7 cooldowns  8 released
--       9.. one lock per seat  last: the dataset's identity
-- ARGV  1 session  2 buyer  3 tag of the buyer  4 tag of the network ('': not said)
--       5 token for a buyer without live holds  6 hold in ms  7 ceiling in ms  8 cool-down in ms
--       9 most seats a buyer  10 most held seats a network (0: no limit)
--       11 when the session closes, in ms (0: never)  12 token that was sent ('': none)
--       13 how many of the seats to take  14 events kept
--       15.. seats, in the locks' order: first those to take, then those to give back
--       last: the expected identity of the dataset ('': any)
-- Reply {code, token, remaining ms of the hold that ends first,
--        seats that caused a refusal, or with code 0 the id of the event}
--       code 0 held  1 a seat is not free  2 over the buyer's limit  3 wrong token
--            4 cooling down  5 session closed  7 over the network's limit
--            6 a hold is due but not swept yet: sweep the session and ask again
--            8 this buyer has bought a seat: the order's id comes before the seats
--            -1 another dataset

local dataset_key, dataset = table.remove(KEYS), table.remove(ARGV)
if dataset ~= '' and redis.call('GET', dataset_key) ~= dataset then return {-1, '', 0} end

local version_key, holds_key, sold_key, buyers_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due_key, events_key, cooldowns_key, released_key = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local session, buyer, tag, network, new_token = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local hold_ms, ceiling_ms, cooldown_ms = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local most, network_most = tonumber(ARGV[9]), tonumber(ARGV[10])
local closes_at, sent_token = tonumber(ARGV[11]), ARGV[12]
local events_kept = ARGV[14]
local FIRST_LOCK, FIRST_SEAT = 9, 15
local FIRST_GIVEN = FIRST_SEAT + tonumber(ARGV[13])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if closes_at > 0 and now >= closes_at then
  return {5, '', 0}
end

-- When a new hold of the seat counts as begun: now, or when the last hold by the buyer or the
-- network began; 0 where that hold expired.
local function beginning(seat)
  local since = now
  for _, who in ipairs({tag, network ~= '' and network or nil}) do
    local member = session .. ':' .. seat .. ':' .. who
    local cools_for = tonumber(redis.call('ZSCORE', cooldowns_key, member) or 0) - now
    -- More than a whole cool-down is left only if the clock was set back.
    if cools_for > 0 and cools_for <= cooldown_ms then
      since = math.min(since, tonumber(redis.call('HGET', released_key, member) or 0))
    end
  end
  return since
end

-- Counts the holds or sales that contain the mark: a counter beside them could drift.
local function counted(key, mark)
  local count = 0
  for _, record in ipairs(redis.call('HVALS', key)) do
    if string.find(record, mark, 1, true) then count = count + 1 end
  end
  return count
end

local wanted, mine, taken, bought, due, cooling = {}, {}, {}, {}, {}, {}
local earliest, order = math.huge, nil
for i = FIRST_SEAT, FIRST_GIVEN - 1 do
  local seat, lock = ARGV[i], KEYS[FIRST_LOCK + i - FIRST_SEAT]
  local hold = redis.call('HGET', holds_key, seat)
  local sale = redis.call('HGET', sold_key, seat)
  hold, sale = hold and cjson.decode(hold), sale and cjson.decode(sale)
  if hold and hold.deadline < now then
    table.insert(due, seat)
  elseif hold and hold.buyer == buyer then
    table.insert(mine, {seat = seat, lock = lock, hold = hold})
    earliest = math.min(earliest, hold.deadline)
  elseif sale and (sale.tag or sale[1]) == tag then
    table.insert(bought, seat)
    order = order or sale.order or sale[2]
  elseif hold or sale or redis.call('EXISTS', lock) == 1 then
    table.insert(taken, seat)
  else
    local since = beginning(seat)
    local deadline = math.min(now + hold_ms, since + ceiling_ms)
    if closes_at > 0 then deadline = math.min(deadline, closes_at) end
    if deadline <= now then
      table.insert(cooling, seat)
    else
      table.insert(wanted, {seat = seat, lock = lock, since = since, deadline = deadline})
      earliest = math.min(earliest, deadline)
    end
  end
end

local given, given_of_network = {}, 0
for i = FIRST_GIVEN, #ARGV do
  local hold = redis.call('HGET', holds_key, ARGV[i])
  hold = hold and cjson.decode(hold)
  if hold and hold.buyer == buyer then
    table.insert(given, {seat = ARGV[i], lock = KEYS[FIRST_LOCK + i - FIRST_SEAT], hold = hold})
    if hold.network == network then given_of_network = given_of_network + 1 end
  end
end

if #taken > 0 then return {1, '', 0, unpack(taken)} end
if #bought > 0 then return {8, '', 0, order, unpack(bought)} end
if #due > 0 then return {6, '', 0, unpack(due)} end
if #cooling > 0 then return {4, '', 0, unpack(cooling)} end

local account = redis.call('HGET', buyers_key, buyer)
-- Somebody may have deleted the account by hand: then it is rebuilt from the holds seen here.
account = account and cjson.decode(account)
  or {held = #mine + #given, sold = 0, token = mine[1] and mine[1].hold.token}
-- A token ends with the last of its holds.
local live_token = account.held > 0 and account.token or nil
if sent_token ~= '' and sent_token ~= live_token then
  return {3, '', 0}
end
local more = #wanted - #given
if #wanted > 0 and account.held + account.sold + more > most then
  -- Before refusing, count again: somebody may have deleted keys by hand.
  account.held = counted(holds_key, '"buyer":' .. cjson.encode(buyer))
  account.sold = counted(sold_key, '"' .. tag .. '"')
  if account.held + account.sold + more > most then return {2, '', 0} end
end
if #wanted > 0 and network ~= '' and network_most > 0
    and redis.call('HLEN', holds_key) + #wanted - given_of_network > network_most
    and counted(holds_key, '"network":' .. cjson.encode(network)) + #wanted - given_of_network
      > network_most then
  return {7, '', 0}
end

-- Everything is checked: from here on only writes.
account.token = live_token or new_token
for _, own in ipairs(mine) do
  -- NX: restores only a lock that was lost before its time.
  redis.call('SET', own.lock, own.hold.token, 'NX', 'PXAT', own.hold.deadline)
end
local changes = {}
-- As in release.
for _, old in ipairs(given) do
  local member = session .. ':' .. old.seat
  redis.call('DEL', old.lock)
  redis.call('HDEL', holds_key, old.seat)
  redis.call('ZREM', due_key, member)
  for _, who in ipairs({tag, old.hold.network}) do
    redis.call('ZADD', cooldowns_key, now + cooldown_ms, member .. ':' .. who)
    redis.call('HSET', released_key, member .. ':' .. who, old.hold.since)
  end
  table.insert(changes, {seat = old.seat, state = 'free', reason = 'liberado', tag = tag})
end
for _, new in ipairs(wanted) do
  redis.call('SET', new.lock, account.token, 'NX', 'PXAT', new.deadline)
  redis.call('HSET', holds_key, new.seat, cjson.encode({
    buyer = buyer, token = account.token, tag = tag, network = network ~= '' and network or nil,
    since = new.since, at = now, deadline = new.deadline}))
  redis.call('ZADD', due_key, new.deadline, session .. ':' .. new.seat)
  table.insert(changes, {seat = new.seat, state = 'held', deadline = new.deadline, tag = tag})
end
local event
if #changes > 0 then
  account.held = math.max(0, account.held + more)
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
  local version = redis.call('INCR', version_key)
  event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
    'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
end
return {0, account.token, earliest - now, event}
