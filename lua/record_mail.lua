-- record_mail: records what became of an order's mail. Safe to repeat.
--
-- KEYS  1 mails due  2 mails that failed  3 the order
-- ARGV  1 order id  2 kind ('': the current one)  3 state (pending: try again)  4 reason
--       5 in how many ms to try again  6 tries so far  7 copies that may have arrived
--       8 how often the address had been corrected when the mail was sent
--       9 how many seats the order had given back when the mail was sent
-- Reply 0 recorded  1 no such order
--       2 ignored: meanwhile another mail of the order was scheduled, this one's end was recorded,
--         the address was corrected or erased, or more seats were given back

local due_key, failed_key, order_key = KEYS[1], KEYS[2], KEYS[3]
local order_id, kind, state, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local pause_ms, tries, copies = tonumber(ARGV[5]), ARGV[6], ARGV[7]
local corrections, given_back = ARGV[8], tonumber(ARGV[9])

local order = redis.call('HMGET', order_key, 'mail', 'mail_kind', 'corrections', 'given_back')
local known_state, known_kind = order[1], order[2] or 'ingresso'
if not known_state then return 1 end
if known_state == 'no_address' then return 2 end
if kind ~= '' and kind ~= known_kind then return 2 end
if corrections ~= (order[3] or '0') then return 2 end
if select(2, string.gsub(order[4] or '', ':', '')) ~= given_back then return 2 end
if state == 'failed' and known_state == 'sent' then return 2 end
if state == 'pending' and not redis.call('ZSCORE', due_key, order_id) then return 2 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', order_key, 'mail', state, 'mail_reason', reason)
if state == 'pending' then
  redis.call('HSET', order_key, 'mail_tries', tries, 'mail_copies', copies)
  redis.call('ZADD', due_key, now + pause_ms, order_id)
  return 0
end
redis.call('HDEL', order_key, 'mail_tries', 'mail_copies')
redis.call('ZREM', due_key, order_id)
if state == 'failed' then
  redis.call('ZADD', failed_key, now, order_id)
else
  redis.call('ZREM', failed_key, order_id)
end
return 0
