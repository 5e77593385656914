-- schedule_mail: puts an order's mail among the mails due, once for each kind. Safe to repeat.
--
-- The mail stays there until record_mail records its end. Its score is when a sender may take it.
--
-- KEYS  1 mails due  2 the order
-- ARGV  1 order id  2 kind (ingresso, cancelamento)
--       3 for how many ms the caller has it alone; 0: any sender may take it now
-- Reply 1 scheduled by this call  0 it was before, or there is nothing to send  2 no such order

local due_key, order_key = KEYS[1], KEYS[2]
local order_id, kind, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])

local order = redis.call('HMGET', order_key, 'state', 'mail', 'mail_kind')
local state, mail, known_kind = order[1], order[2], order[3] or 'ingresso'
if not state then return 2 end
if mail == 'no_address' or mail == 'withheld' then return 0 end
if (kind == 'cancelamento') ~= (state == 'cancelled') then return 0 end
if kind == known_kind and (mail ~= 'pending' or redis.call('ZSCORE', due_key, order_id)) then
  return 0
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if kind ~= known_kind then
  redis.call('HSET', order_key, 'mail', 'pending', 'mail_reason', '', 'mail_kind', kind)
  redis.call('HDEL', order_key, 'mail_tries', 'mail_copies')
end
redis.call('ZADD', due_key, now + lease_ms, order_id)
return 1
