-- beat: proves that Redis takes writes, and marks how far its data reaches. Every booking server
-- runs it once a second.
--
-- KEYS  1 beat
-- ARGV  none
-- Reply the new beat: ms by Redis' clock, but always more than the beat before

local beat_key = KEYS[1]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local beat = math.max(now, tonumber(redis.call('GET', beat_key) or 0) + 1)

redis.call('SET', beat_key, beat)
return beat
