-- extend: held -> held for longer, up to a ceiling counted from the first hold of each seat.
--
-- KEYS  1 version  2 holds  3 sold  4 due  5 events  6.. one lock per seat
-- ARGV  1 session  2 buyer  3 token that was sent ('': none)  4 hold in ms  5 ceiling in ms
--       6 when the session closes, in ms (0: never)  7 tag of the buyer  8 events kept
--       9.. seats, in the locks' order
-- Reply {code, remaining ms of the hold that ends first,
--        seats that caused a refusal, or with code 0 the id of the event}
--       code 0 extended  1 not this buyer's  2 the hold has ended  3 wrong token
--            4 at the ceiling  5 session closed
--            6 this buyer has bought a seat: the order's id comes before the seats

local version_key, holds_key, sold_key = KEYS[1], KEYS[2], KEYS[3]
local due_key, events_key = KEYS[4], KEYS[5]
local session, buyer, sent_token = ARGV[1], ARGV[2], ARGV[3]
local hold_ms, ceiling_ms, closes_at = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local tag, events_kept = ARGV[7], ARGV[8]
local FIRST_LOCK, FIRST_SEAT = 6, 9

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if closes_at > 0 and now >= closes_at then return {5, 0} end

local mine, foreign, bought, ended, wrong_token, at_ceiling = {}, {}, {}, {}, false, true
local earliest, order = now + hold_ms, nil
for i = FIRST_SEAT, #ARGV do
  local seat, lock = ARGV[i], KEYS[FIRST_LOCK + i - FIRST_SEAT]
  local hold = redis.call('HGET', holds_key, seat)
  local sale = redis.call('HGET', sold_key, seat)
  hold, sale = hold and cjson.decode(hold), sale and cjson.decode(sale)
  if sale and (sale.tag or sale[1]) == tag then
    table.insert(bought, seat)
    order = order or sale.order or sale[2]
  elseif not hold or (hold.buyer == buyer and redis.call('GET', lock) ~= hold.token) then
    table.insert(ended, seat)
  elseif hold.buyer ~= buyer then
    table.insert(foreign, seat)
  else
    wrong_token = wrong_token or (sent_token ~= '' and sent_token ~= hold.token)
    local ceiling = hold.since + ceiling_ms
    if closes_at > 0 then ceiling = math.min(ceiling, closes_at) end
    at_ceiling = at_ceiling and hold.deadline >= ceiling
    local before = hold.deadline
    hold.deadline = math.max(before, math.min(now + hold_ms, ceiling))
    earliest = math.min(earliest, hold.deadline)
    table.insert(mine, {seat = seat, lock = lock, hold = hold, is_longer = hold.deadline > before})
  end
end

if #foreign > 0 then return {1, 0, unpack(foreign)} end
if #bought > 0 then return {6, 0, order, unpack(bought)} end
if #ended > 0 then return {2, 0, unpack(ended)} end
if wrong_token then return {3, 0} end
if at_ceiling then return {4, earliest - now} end

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(mine) do
  -- PEXPIREAT deletes a key whose time has come, and a lock lives through its last millisecond.
  if own.is_longer then redis.call('PEXPIREAT', own.lock, own.hold.deadline) end
  redis.call('HSET', holds_key, own.seat, cjson.encode(own.hold))
  redis.call('ZADD', due_key, own.hold.deadline, session .. ':' .. own.seat)
  table.insert(changes, {
    seat = own.seat, state = 'held', deadline = own.hold.deadline, tag = own.hold.tag})
end
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes))
return {0, earliest - now, event}
