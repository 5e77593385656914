-- correct_email: another address for an order, and its mail to be sent there. Repeating it is safe: the record has changed by then.
--
-- The outbox' message brings the address into the ledger, whose record says what the order says.
-- A mail that is under way to the address of before is not waited for: what its sender records is about a number of corrections
-- that is over (record_mail).
--
-- KEYS  1 mails due  2 mails that failed  3 the order  4 outbox
-- ARGV  1 order id  2 the order's record as it was read  3 the same with the new address  4 most corrections of an order
--       5 outbox message as JSON
-- Reply 0 corrected  1 there is no such order  2 the record is another by now  3 the order is cancelled  4 no more corrections
--       5 its personal data were erased

local due_key, failed_key, order_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local order_id, before, after, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local message = ARGV[5]

local order = redis.call('HMGET', order_key, 'data', 'state', 'corrections', 'erased_at')
local data, state, corrections = order[1], order[2], tonumber(order[3] or 0)
if not data then return 1 end
if data ~= before then return 2 end
if order[4] then return 5 end
if state == 'cancelled' then return 3 end
if corrections >= most then return 4 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', order_key, 'data', after, 'corrections', corrections + 1, 'mail', 'pending', 'mail_reason', '', 'mail_kind', 'ingresso')
redis.call('HDEL', order_key, 'mail_tries', 'mail_copies')
redis.call('ZREM', failed_key, order_id)
redis.call('ZADD', due_key, now, order_id)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return 0
