-- confirm: held -> sold, once per order key. All seats must be the buyer's and their locks alive.
--
-- A repeated key with the same body is answered with its order; so is a request without a key (the original's clients send
-- none) whose seats are exactly those of one order of the same buyer.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7 outbox  8 order keys  9 half-price tickets sold
--       10 the new order  11.. one lock per seat
-- ARGV  1 session  2 buyer  3 token that was sent ('': none)  4 order key ('': none)  5 fingerprint of the body
--       6 id of the new order  7 the new order as JSON  8 its outbox message as JSON  9 state of its mail
--       10 half-price tickets in it  11 the session's quota of them  12 code to refuse a sale with (0: none)
--       13.. seats, in the locks' order
--       and last of both: the dataset's key, and what it must be ('': anything)
-- Reply {code, order id, seat that caused a refusal...}
--       code 0 sold  1 a seat is somebody else's  2 the hold has ended  3 wrong token  4 the key was used for another body
--            5 was sold before by this very request  6 fewer half-price tickets left, and how many instead of a seat
--            7 and above: argument 12, where nothing else stands against the sale  -1 another dataset

local dataset_key, dataset = table.remove(KEYS), table.remove(ARGV)
if dataset ~= '' and redis.call('GET', dataset_key) ~= dataset then return {-1, ''} end

local version_key, holds_key, sold_key, buyers_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local events_key, outbox_key, order_keys_key, half_price_key, new_order_key = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local session, buyer, sent_token, key, fingerprint = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local order_id, order, message, mail_state = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local half_price, quota, veto = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local FIRST_LOCK, FIRST_SEAT = 11, 13
local EVENTS_KEPT = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key_field = cjson.encode({buyer, key})

if key ~= '' then
  local known = redis.call('HGET', order_keys_key, key_field)
  known = known and cjson.decode(known)
  if known and known.fingerprint ~= fingerprint then return {4, ''} end
  if known then
    -- Written again, unchanged: a caller that waits for replicas waits for the last write of its connection.
    redis.call('HSET', order_keys_key, key_field, cjson.encode(known))
    return {5, known.order}
  end
end

local mine, foreign, ended, wrong_token, tag = {}, {}, {}, false, ''
local sold_to, sold_count = nil, 0
for i = FIRST_SEAT, #ARGV do
  local seat, lock = ARGV[i], KEYS[FIRST_LOCK + i - FIRST_SEAT]
  local hold, sale = redis.call('HGET', holds_key, seat), redis.call('HGET', sold_key, seat)
  hold, sale = hold and cjson.decode(hold), sale and cjson.decode(sale)
  if sale then
    table.insert(foreign, seat)
    if sale.buyer == buyer and (sold_to == nil or sold_to.order == sale.order) then
      sold_to, sold_count = sale, sold_count + 1
    end
  elseif hold and hold.buyer ~= buyer then
    table.insert(foreign, seat)
  elseif not hold or redis.call('GET', lock) ~= hold.token then
    table.insert(ended, seat)
  else
    wrong_token = wrong_token or (sent_token ~= '' and sent_token ~= hold.token)
    tag = hold.tag
    table.insert(mine, {seat = seat, lock = lock})
  end
end

local asked = #ARGV - FIRST_SEAT + 1
if key == '' and sold_count == asked and sold_to.seats == asked then
  redis.call('HSET', sold_key, ARGV[FIRST_SEAT], cjson.encode(sold_to))
  return {5, sold_to.order}
end
if #foreign > 0 then return {1, '', unpack(foreign)} end
if #ended > 0 then return {2, '', unpack(ended)} end
if wrong_token then return {3, ''} end

local half_price_left = quota - tonumber(redis.call('GET', half_price_key) or 0)
if half_price > half_price_left then return {6, '', tostring(half_price_left)} end
if veto > 0 then return {veto, ''} end
local account = cjson.decode(redis.call('HGET', buyers_key, buyer))

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(mine) do
  redis.call('HSETNX', sold_key, own.seat, cjson.encode({order = order_id, buyer = buyer, tag = tag, seats = #mine}))
  redis.call('DEL', own.lock)
  redis.call('HDEL', holds_key, own.seat)
  redis.call('ZREM', due_key, session .. ':' .. own.seat)
  table.insert(changes, {seat = own.seat, state = 'sold', tag = tag})
end
account.held, account.sold = account.held - #mine, account.sold + #mine
redis.call('HSET', buyers_key, buyer, cjson.encode(account))
redis.call('HSET', new_order_key, 'data', order, 'created_at', now, 'state', 'confirmed', 'mail', mail_state, 'mail_reason', '')
if key ~= '' then
  redis.call('HSET', order_keys_key, key_field, cjson.encode({order = order_id, fingerprint = fingerprint}))
end
local half_price_sold = redis.call('INCRBY', half_price_key, half_price)
local version = redis.call('INCR', version_key)
redis.call('XADD', events_key, 'MAXLEN', '~', EVENTS_KEPT, '*',
  'session', session, 'version', version, 'changes', cjson.encode(changes), 'half_price_sold', half_price_sold)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return {0, order_id}
