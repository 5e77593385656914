-- release: held -> free, by the buyer. Safe to repeat: a free seat is what the caller wants.
--
-- For the length of a cool-down Redis remembers when each hold began: a new hold by the same
-- buyer or network counts from there.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7 cooldowns  8 released
--       9.. one lock per seat
-- ARGV  1 session  2 buyer  3 token that was sent ('': none)  4 cool-down in ms
--       5 tag of the buyer  6 events kept  7.. seats, in the locks' order
-- Reply {code, seats that caused a refusal, or with code 0 the id of the event}
--       code 0 free  1 not this buyer's  3 wrong token
--            4 this buyer has bought a seat: the order's id comes before the seats

local version_key, holds_key, sold_key, buyers_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due_key, events_key, cooldowns_key, released_key = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local session, buyer, sent_token = ARGV[1], ARGV[2], ARGV[3]
local cooldown_ms, tag, events_kept = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local FIRST_LOCK, FIRST_SEAT = 9, 7
local FORGOTTEN_AT_ONCE = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local mine, foreign, bought, wrong_token, order = {}, {}, {}, false, nil
for i = FIRST_SEAT, #ARGV do
  local seat = ARGV[i]
  local hold = redis.call('HGET', holds_key, seat)
  local sale = redis.call('HGET', sold_key, seat)
  hold, sale = hold and cjson.decode(hold), sale and cjson.decode(sale)
  if hold and hold.buyer == buyer then
    wrong_token = wrong_token or (sent_token ~= '' and sent_token ~= hold.token)
    table.insert(mine, {seat = seat, lock = KEYS[FIRST_LOCK + i - FIRST_SEAT], hold = hold})
  elseif sale and (sale.tag or sale[1]) == tag then
    table.insert(bought, seat)
    order = order or sale.order or sale[2]
  elseif hold or sale then
    table.insert(foreign, seat)
  end
end

if #foreign > 0 then return {1, unpack(foreign)} end
if #bought > 0 then return {4, order, unpack(bought)} end
if wrong_token then return {3} end
if #mine == 0 then return {0} end
local account = redis.call('HGET', buyers_key, buyer)
-- Somebody may have deleted the account by hand.
account = account and cjson.decode(account) or {held = #mine, sold = 0}

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(mine) do
  local member = session .. ':' .. own.seat
  redis.call('DEL', own.lock)
  redis.call('HDEL', holds_key, own.seat)
  redis.call('ZREM', due_key, member)
  for _, who in ipairs({own.hold.tag, own.hold.network}) do
    redis.call('ZADD', cooldowns_key, now + cooldown_ms, member .. ':' .. who)
    redis.call('HSET', released_key, member .. ':' .. who, own.hold.since)
  end
  table.insert(changes, {seat = own.seat, state = 'free', reason = 'liberado', tag = own.hold.tag})
end
local past = redis.call('ZRANGEBYSCORE', cooldowns_key, '-inf', now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
if #past > 0 then
  redis.call('ZREM', cooldowns_key, unpack(past))
  redis.call('HDEL', released_key, unpack(past))
end
account.held = math.max(0, account.held - #mine)
if account.held + account.sold > 0 then
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
else
  redis.call('HDEL', buyers_key, buyer)
end
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
return {0, event}
