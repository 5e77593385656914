-- forget_cooldowns: deletes cool-downs that are over. Transitions also do it in passing; this
-- script does it where there are none.
--
-- KEYS  1 cooldowns  2 released
-- ARGV  none
-- Reply how many were deleted, at most a thousand

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
