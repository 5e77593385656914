-- cancel: sold -> free, once, for all seats that an order has, or for some. Safe to repeat.
--
-- The caller has read the order. If the order has changed since, the script writes nothing, and
-- the caller reads it again.
-- An order that keeps seats has its mail sent again, because the mail carries the tickets. A
-- sender that is at work now names another number of given-back seats, so record_mail ignores it.
-- For the length of a cool-down Redis remembers when each hold began: a new hold by the same
-- buyer or network counts from there.
--
-- KEYS  1 version  2 sold  3 buyers  4 events  5 outbox  6 half-price tickets sold  7 the order
--       8 cooldowns  9 released  10 mails due  11 mails that failed
-- ARGV  1 session  2 buyer  3 outbox message as JSON  4 half-price tickets among the seats
--       5 cool-down in ms
--       6 what the order had given back when it was read: "F07:1764180000000 F08:…", time in ms
--       7 order id  8 1: the order keeps other seats, 0: it ends  9 events kept
--       10.. the seats to give back
-- Reply {code, id of the event, if there was one}
--       code 0 given back, now or before  1 no such order  2 the order has changed since

local version_key, sold_key, buyers_key = KEYS[1], KEYS[2], KEYS[3]
local events_key, outbox_key = KEYS[4], KEYS[5]
local half_price_key, order_key, cooldowns_key, released_key = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local due_key, failed_key = KEYS[10], KEYS[11]
local session, buyer, message = ARGV[1], ARGV[2], ARGV[3]
local half_price, cooldown_ms = tonumber(ARGV[4]), tonumber(ARGV[5])
local given_back, order_id, keeps_seats, events_kept = ARGV[6], ARGV[7], ARGV[8] == '1', ARGV[9]
local FIRST_SEAT = 10
local FORGOTTEN_AT_ONCE = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local order = redis.call('HMGET', order_key, 'state', 'given_back', 'mail')
local state, mail = order[1], order[3]
if not state then return {1} end
if state == 'cancelled' then return {keeps_seats and 2 or 0} end
if (order[2] or '') ~= given_back then return {2} end

-- A sale is an array; an earlier version wrote an object (confirm).
local function parse_sale(text)
  local sale = cjson.decode(text)
  return {
    order = sale.order or sale[2], tag = sale.tag or sale[1], network = sale.network or sale[7],
    since = sale.since or sale[4] or now}
end

-- A seat leaves its order even if somebody deleted its sale by hand.
local sales, leaving = {}, {}
for i = FIRST_SEAT, #ARGV do
  local seat = ARGV[i]
  table.insert(leaving, seat .. ':' .. now)
  local text = redis.call('HGET', sold_key, seat)
  local sale = text and parse_sale(text)
  if sale and string.sub(order_id, -#sale.order) == sale.order then
    sale.seat = seat
    table.insert(sales, sale)
  end
end
local account = redis.call('HGET', buyers_key, buyer)
account = account and cjson.decode(account) or {held = 0, sold = #sales}

-- Everything is checked: from here on only writes.
local changes = {}
for _, sale in ipairs(sales) do
  redis.call('HDEL', sold_key, sale.seat)
  for _, who in ipairs({sale.tag, sale.network}) do
    local member = session .. ':' .. sale.seat .. ':' .. who
    redis.call('ZADD', cooldowns_key, now + cooldown_ms, member)
    redis.call('HSET', released_key, member, sale.since)
  end
  table.insert(changes, {seat = sale.seat, state = 'free', reason = 'cancelado', tag = sale.tag})
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
if not keeps_seats then
  redis.call('HSET', order_key, 'state', 'cancelled', 'cancelled_at', now)
else
  local before = given_back == '' and '' or given_back .. ' '
  redis.call('HSET', order_key, 'given_back', before .. table.concat(leaving, ' '))
  if mail ~= 'no_address' and mail ~= 'withheld' then
    redis.call('HSET', order_key, 'mail', 'pending', 'mail_kind', 'ingresso')
    redis.call('HDEL', order_key, 'mail_reason', 'mail_tries', 'mail_copies')
    redis.call('ZREM', failed_key, order_id)
    redis.call('ZADD', due_key, now, order_id)
  end
end
local half_price_sold = redis.call('DECRBY', half_price_key, half_price)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
if #changes == 0 then return {0} end
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes),
  'half_price_sold', half_price_sold)
return {0, event}
