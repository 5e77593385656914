-- remove_order: deletes an order with its sales, once its personal data has been gone for long
-- enough. Safe to repeat.
--
-- Its seats become free, which matters where a session takes place every day.
--
-- KEYS  1 the order  2 version  3 sold  4 half-price tickets sold  5 events
-- ARGV  1 session  2 order id  3 half-price tickets in it
--       4 latest time, in ms, at which its personal data was erased
--       5 events kept  6.. the order's seats
-- Reply 0 removed  1 no such order, or not yet

local order_key, version_key, sold_key = KEYS[1], KEYS[2], KEYS[3]
local half_price_key, events_key = KEYS[4], KEYS[5]
local session, order_id = ARGV[1], ARGV[2]
local half_price, erased_by = tonumber(ARGV[3]), tonumber(ARGV[4])
local events_kept, FIRST_SEAT = ARGV[5], 6

local erased_at = tonumber(redis.call('HGET', order_key, 'erased_at') or math.huge)
if erased_at > erased_by then return 1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local changes = {}
for i = FIRST_SEAT, #ARGV do
  local sale = redis.call('HGET', sold_key, ARGV[i])
  sale = sale and cjson.decode(sale)
  -- A sale is an array; an earlier version wrote an object (confirm).
  if sale and (sale.order or string.sub(order_id, 1, 3) .. sale[2]) == order_id then
    table.insert(changes, {seat = ARGV[i], state = 'free', tag = sale.tag or sale[1]})
  end
end

-- Everything is checked: from here on only writes.
redis.call('DEL', order_key)
if #changes > 0 then
  for _, change in ipairs(changes) do redis.call('HDEL', sold_key, change.seat) end
  local half_price_sold = redis.call('DECRBY', half_price_key, half_price)
  local version = redis.call('INCR', version_key)
  redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
    'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes),
    'half_price_sold', half_price_sold)
end
return 0
