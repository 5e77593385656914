-- correct_email: another address for an order, and its mail sent there. Safe to repeat: an order
-- that has the address already stays as it is.
--
-- The outbox message carries the address to the ledger.
-- A sender that is at work with the old address names another number of corrections, so
-- record_mail ignores it.
--
-- KEYS  1 mails due  2 mails that failed  3 the order  4 outbox
-- ARGV  1 order id  2 the new address  3 most corrections of an order  4 outbox message as JSON
-- Reply 0 corrected, now or before  1 no such order  3 the order is cancelled
--       4 no more corrections  5 its personal data were erased

local due_key, failed_key, order_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local order_id, email, most, message = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

local order = redis.call('HMGET', order_key, 'state', 'email', 'corrections', 'erased_at')
local state, corrections = order[1], tonumber(order[3] or 0)
if not state then return 1 end
if order[2] == email then return 0 end
if order[4] then return 5 end
if state == 'cancelled' then return 3 end
if corrections >= most then return 4 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', order_key, 'email', email, 'corrections', corrections + 1,
  'mail', 'pending', 'mail_kind', 'ingresso')
redis.call('HDEL', order_key, 'mail_reason', 'mail_tries', 'mail_copies')
redis.call('ZREM', failed_key, order_id)
redis.call('ZADD', due_key, now, order_id)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return 0
