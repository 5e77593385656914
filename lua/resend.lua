-- resend: asks for an order's mail again, unless it is still on its way. Safe to repeat.
--
-- KEYS  1 outbox  2 the order
-- ARGV  1 outbox message as JSON  2 the mail's state while it is on its way
-- Reply 0 on its way, or the order has no address  1 no such order

local outbox_key, order_key = KEYS[1], KEYS[2]
local message, pending = ARGV[1], ARGV[2]

local state = redis.call('HGET', order_key, 'mail')
if not state then return 1 end
if state ~= pending and state ~= 'no_address' then
  redis.call('HSET', order_key, 'mail', pending, 'mail_reason', '')
  redis.call('XADD', outbox_key, '*', 'mensagem', message)
end
return 0
