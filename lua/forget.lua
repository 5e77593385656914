-- forget: deletes what an order no longer needs. Safe to repeat.
--
-- The session's data: the order's keys, its part of the buyer's account, and which buyer and
-- network bought each of its seats.
-- Personal data: name, CPF mask and e-mail, its due mail, and the order's keys, which are made
-- of personal data. The outbox message makes the ledger follow.
-- The order has today's form (repack_order).
--
-- KEYS  1 the order  2 order keys  3 buyers  4 sold  5 mails due  6 mails that failed  7 outbox
-- ARGV  1 order id  2 buyer  3 1: delete the session's data  4 1: delete personal data
--       5 outbox message as JSON  6.. the order's seats
-- Reply 0 done  1 nothing to do, or no such order

local order_key, order_keys_key, buyers_key, sold_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due_key, failed_key, outbox_key = KEYS[5], KEYS[6], KEYS[7]
local order_id, buyer, message = ARGV[1], ARGV[2], ARGV[5]
local settles, erases = ARGV[3] == '1', ARGV[4] == '1'
local FIRST_SEAT = 6
local TAG, BODY, ENTRY = 16, 22, 60  -- of an order key's entry (confirm)

local order = redis.call('HMGET', order_key, 'state', 'key', 'settled_at', 'erased_at')
local state, key = order[1], order[2]
if not state then return 1 end
settles = settles and not order[3]
erases = erases and not order[4]
if not settles and not erases then return 1 end

-- A sale is an array; an earlier version wrote an object (confirm).
local sales = {}
for i = FIRST_SEAT, #ARGV do
  local sale = redis.call('HGET', sold_key, ARGV[i])
  sale = sale and cjson.decode(sale)
  if sale and (sale.order or string.sub(order_id, 1, 3) .. sale[2]) == order_id then
    sales[ARGV[i]] = sale
  end
end
local account = redis.call('HGET', buyers_key, buyer)
account = account and cjson.decode(account)
local entries = key and redis.call('HGET', order_keys_key, key) or ''
-- Earlier versions wrote two fields of JSON for a sale.
local known = key and redis.call('HGET', order_keys_key, cjson.encode({buyer, key}))
known = known and cjson.decode(known)

-- Everything is checked: from here on only writes.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if known and known.order == order_id then
  redis.call('HDEL', order_keys_key,
    cjson.encode({buyer, key}), cjson.encode({'', key, known.fingerprint}))
end
local others = ''
for at = 1, #entries, ENTRY do
  local entry = string.sub(entries, at, at + ENTRY - 1)
  if string.sub(entry, TAG + BODY + 1) ~= string.sub(order_id, 4) then others = others .. entry end
end
if others ~= '' then
  redis.call('HSET', order_keys_key, key, others)
elseif key then
  redis.call('HDEL', order_keys_key, key)
end
redis.call('HDEL', order_key, 'key')

if settles then
  local count = 0
  for seat, sale in pairs(sales) do
    count = count + 1
    redis.call('HSET', sold_key, seat, cjson.encode({
      sale.tag or sale[1], string.sub(order_id, 4), sale.seats or sale[3]}))
  end
  if account then
    account.sold = math.max(0, account.sold - count)
    if account.held + account.sold > 0 then
      redis.call('HSET', buyers_key, buyer, cjson.encode(account))
    else
      redis.call('HDEL', buyers_key, buyer)
    end
  end
  redis.call('ZREM', failed_key, order_id)
  redis.call('HSET', order_key, 'settled_at', now)
end

if erases then
  redis.call('HSET', order_key, 'erased_at', now, 'mail', 'no_address')
  redis.call('HDEL', order_key, 'nome', 'cpf', 'email',
    'mail_reason', 'mail_kind', 'mail_tries', 'mail_copies')
  redis.call('ZREM', due_key, order_id)
  redis.call('ZREM', failed_key, order_id)
  redis.call('XADD', outbox_key, '*', 'mensagem', message)
end
return 0
