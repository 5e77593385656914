-- cancel_seats: sold -> free, once, for some seats of an order, which keeps the others. Whether a seat was given back before is
-- seen by the caller, who has read the order: nothing is done where that is not what the order says now.
--
-- The order's mail, which has the tickets, is to be sent again. One that is under way is not waited for: what its sender
-- records is about another number of seats given back (record_mail).
-- For the length of a cool-down it stays known since when the seats were held: see cancel.
--
-- KEYS  1 version  2 sold  3 buyers  4 events  5 outbox  6 half-price tickets sold  7 the order  8 cooldowns  9 released
--       10 mails due  11 mails that failed
-- ARGV  1 session  2 buyer  3 outbox message as JSON  4 half-price tickets among the seats  5 cool-down in ms
--       6 what the order had given back when it was read: "F07:1764180000000 F08:…", seats and when, in ms  7 order id
--       8.. the seats to be given back
-- Reply {code, id of the event, if there was one}
--       code 0 given back  1 there is no such order  2 it was cancelled or has given more back meanwhile: to be read again

local version_key, sold_key, buyers_key, events_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local half_price_key, order_key, cooldowns_key, released_key = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local due_key, failed_key = KEYS[10], KEYS[11]
local session, buyer, message = ARGV[1], ARGV[2], ARGV[3]
local half_price, cooldown_ms = tonumber(ARGV[4]), tonumber(ARGV[5])
local given_back, order_id = ARGV[6], ARGV[7]
local FIRST_SEAT = 8
local EVENTS_KEPT = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local order = redis.call('HMGET', order_key, 'state', 'given_back', 'mail')
local state, mail = order[1], order[3]
if not state then return {1} end
if state == 'cancelled' or (order[2] or '') ~= given_back then return {2} end

-- A sale is an array, or has names where an earlier version wrote it: see confirm.
local sales, gone = {}, {}
for i = FIRST_SEAT, #ARGV do
  table.insert(gone, ARGV[i] .. ':' .. now)
  local sale = redis.call('HGET', sold_key, ARGV[i])
  sale = sale and cjson.decode(sale)
  -- Where somebody deleted the sale by hand, the seat still has to leave the order.
  local sold_to = sale and (sale.order or sale[2])
  if sale and string.sub(order_id, -#sold_to) == sold_to then
    table.insert(sales, {
      seat = ARGV[i], tag = sale.tag or sale[1], network = sale.network or sale[7], since = sale.since or sale[4] or now})
  end
end
local account = redis.call('HGET', buyers_key, buyer)
account = account and cjson.decode(account) or {held = 0, sold = #sales}

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(sales) do
  redis.call('HDEL', sold_key, own.seat)
  for _, who in ipairs({own.tag, own.network}) do
    local member = session .. ':' .. own.seat .. ':' .. who
    redis.call('ZADD', cooldowns_key, now + cooldown_ms, member)
    redis.call('HSET', released_key, member, own.since)
  end
  table.insert(changes, {seat = own.seat, state = 'free', reason = 'cancelado', tag = own.tag})
end
account.sold = math.max(0, account.sold - #sales)
if account.held + account.sold > 0 then
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
else
  redis.call('HDEL', buyers_key, buyer)
end
local before = given_back == '' and '' or given_back .. ' '
redis.call('HSET', order_key, 'given_back', before .. table.concat(gone, ' '))
if mail ~= 'no_address' and mail ~= 'withheld' then
  redis.call('HSET', order_key, 'mail', 'pending', 'mail_kind', 'ingresso')
  redis.call('HDEL', order_key, 'mail_reason', 'mail_tries', 'mail_copies')
  redis.call('ZREM', failed_key, order_id)
  redis.call('ZADD', due_key, now, order_id)
end
local half_price_sold = redis.call('DECRBY', half_price_key, half_price)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
if #changes == 0 then return {0} end
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes), 'half_price_sold', half_price_sold)
return {0, event}
