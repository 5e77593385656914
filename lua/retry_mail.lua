-- retry_mail: makes a failed mail due again, with its tries counted from zero. Safe to repeat.
--
-- KEYS  1 mails due  2 mails that failed  3 the order
-- ARGV  1 order id
-- Reply 1 due  0 the mail has not failed, or not any more

local due_key, failed_key, order_key = KEYS[1], KEYS[2], KEYS[3]
local order_id = ARGV[1]

redis.call('ZREM', failed_key, order_id)
if redis.call('HGET', order_key, 'mail') ~= 'failed' then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', order_key, 'mail', 'pending', 'mail_reason', '')
redis.call('ZADD', due_key, now, order_id)
return 1
