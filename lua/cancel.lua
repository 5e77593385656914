-- cancel: sold -> free, once, for all seats that an order still has. Repeating it gives the same answer.
--
-- For the length of a cool-down it stays known since when the seats were held: the same buyer or network goes on from there.
--
-- KEYS  1 version  2 sold  3 buyers  4 events  5 outbox  6 half-price tickets sold  7 the order  8 cooldowns  9 released
-- ARGV  1 session  2 buyer  3 outbox message as JSON  4 half-price tickets in it  5 cool-down in ms
--       6 what the order had given back when it was read (cancel_seats)  7.. the seats that it had then
-- Reply {code, id of the event, if there was one}
--       code 0 cancelled, now or before  1 there is no such order  2 it has given more back meanwhile: to be read again

local version_key, sold_key, buyers_key, events_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local half_price_key, order_key, cooldowns_key, released_key = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local session, buyer, message = ARGV[1], ARGV[2], ARGV[3]
local half_price, cooldown_ms = tonumber(ARGV[4]), tonumber(ARGV[5])
local given_back = ARGV[6]
local FIRST_SEAT = 7
local EVENTS_KEPT, FORGOTTEN_AT_ONCE = 1000, 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local order = redis.call('HMGET', order_key, 'state', 'given_back')
if not order[1] then return {1} end
if order[1] == 'cancelled' then return {0} end
if (order[2] or '') ~= given_back then return {2} end

-- A sale is an array, or has names where an earlier version wrote it: see confirm.
local sales = {}
for i = FIRST_SEAT, #ARGV do
  local sale = redis.call('HGET', sold_key, ARGV[i])
  sale = sale and cjson.decode(sale)
  -- Where somebody deleted the sale by hand, the order still has to end.
  local sold_to = sale and (sale.order or sale[2])
  if sale and string.sub(order_key, -#sold_to) == sold_to then
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
local past = redis.call('ZRANGEBYSCORE', cooldowns_key, '-inf', now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
if #past > 0 then
  redis.call('ZREM', cooldowns_key, unpack(past))
  redis.call('HDEL', released_key, unpack(past))
end
account.sold = math.max(0, account.sold - #sales)
if account.held + account.sold > 0 then
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
else
  redis.call('HDEL', buyers_key, buyer)
end
redis.call('HSET', order_key, 'state', 'cancelled', 'cancelled_at', now)
local half_price_sold = redis.call('DECRBY', half_price_key, half_price)
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes), 'half_price_sold', half_price_sold)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return {0, event}
