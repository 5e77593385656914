-- forget_cooldowns: cool-downs that are over, and since when their seats were held. Transitions do the same in passing, while there are any.
--
-- KEYS  1 cooldowns  2 released
-- ARGV  none
-- Reply how many it were, at most a thousand

local cooldowns_key, released_key = KEYS[1], KEYS[2]
local FORGOTTEN_AT_ONCE = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local past = redis.call('ZRANGEBYSCORE', cooldowns_key, '-inf', now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
if #past > 0 then
  redis.call('ZREM', cooldowns_key, unpack(past))
  redis.call('HDEL', released_key, unpack(past))
end
return #past
