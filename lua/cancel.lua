-- cancel: sold -> free, once. Repeating it gives the same answer.
--
-- KEYS  1 version  2 sold  3 buyers  4 events  5 outbox  6 half-price tickets sold  7 the order
-- ARGV  1 session  2 buyer  3 outbox message as JSON  4 half-price tickets in it  5.. the order's seats
-- Reply 0 cancelled, now or before  1 there is no such order

local version_key, sold_key, buyers_key, events_key, outbox_key, half_price_key, order_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local session, buyer, message, half_price = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local FIRST_SEAT = 5
local EVENTS_KEPT = 1000

local state = redis.call('HGET', order_key, 'state')
if not state then return 1 end
if state == 'cancelled' then return 0 end

local changes = {}
for i = FIRST_SEAT, #ARGV do
  local sale = cjson.decode(redis.call('HGET', sold_key, ARGV[i]))
  table.insert(changes, {seat = ARGV[i], state = 'free', reason = 'cancelado', tag = sale.tag})
end
local account = cjson.decode(redis.call('HGET', buyers_key, buyer))

-- Everything is checked: from here on only writes.
for _, change in ipairs(changes) do
  redis.call('HDEL', sold_key, change.seat)
end
account.sold = account.sold - #changes
if account.held + account.sold > 0 then
  redis.call('HSET', buyers_key, buyer, cjson.encode(account))
else
  redis.call('HDEL', buyers_key, buyer)
end
redis.call('HSET', order_key, 'state', 'cancelled')
local half_price_sold = redis.call('DECRBY', half_price_key, half_price)
local version = redis.call('INCR', version_key)
redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
  'session', session, 'version', version, 'changes', cjson.encode(changes), 'half_price_sold', half_price_sold)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return 0
