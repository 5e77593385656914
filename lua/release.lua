-- release: held -> free, by the buyer. A seat that nobody holds is already what was asked for, so repeating it is safe.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7.. one lock per seat
-- ARGV  1 session  2 buyer  3 token that was sent ('': none)  4.. seats, in the locks' order
-- Reply {code, seat that caused a refusal...}
--       code 0 free  1 not this buyer's  3 wrong token

local version_key, holds_key, sold_key, buyers_key, due_key, events_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local session, buyer, sent_token = ARGV[1], ARGV[2], ARGV[3]
local FIRST_LOCK, FIRST_SEAT = 7, 4
local EVENTS_KEPT = 1000

local mine, foreign, wrong_token = {}, {}, false
for i = FIRST_SEAT, #ARGV do
  local seat = ARGV[i]
  local hold = redis.call('HGET', holds_key, seat)
  hold = hold and cjson.decode(hold)
  if hold and hold.buyer == buyer then
    wrong_token = wrong_token or (sent_token ~= '' and sent_token ~= hold.token)
    table.insert(mine, {seat = seat, lock = KEYS[FIRST_LOCK + i - FIRST_SEAT], tag = hold.tag})
  elseif hold or redis.call('HEXISTS', sold_key, seat) == 1 then
    table.insert(foreign, seat)
  end
end

if #foreign > 0 then return {1, unpack(foreign)} end
if wrong_token then return {3} end
if #mine == 0 then return {0} end
local account = cjson.decode(redis.call('HGET', buyers_key, buyer))

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(mine) do
  redis.call('DEL', own.lock)
  redis.call('HDEL', holds_key, own.seat)
  redis.call('ZREM', due_key, session .. ':' .. own.seat)
  table.insert(changes, {seat = own.seat, state = 'free', reason = 'liberado', tag = own.tag})
end
account.held = account.held - #mine
if account.held + account.sold > 0 then
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
else
  redis.call('HDEL', buyers_key, buyer)
end
local version = redis.call('INCR', version_key)
redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
  'session', session, 'version', version, 'changes', cjson.encode(changes))
return {0}
