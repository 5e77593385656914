-- lease: who may do what only one may do at a time. The deadline stands in the value and is held against Redis' clock.
--
-- Holding it again before its end prolongs it; giving it up lets the next one in at once. Repeating either is safe.
--
-- KEYS  1 lease
-- ARGV  1 who asks  2 for how many ms; 0 gives it up
-- Reply 1 the caller holds it  0 the caller does not

local lease_key = KEYS[1]
local asking, wanted_ms = ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', lease_key, 'holder', 'deadline')
local holder, deadline = lease[1], tonumber(lease[2] or 0)

if holder and holder ~= asking and deadline > now then return 0 end
if wanted_ms == 0 then
  if holder == asking then redis.call('DEL', lease_key) end
  return 0
end
redis.call('HSET', lease_key, 'holder', asking, 'deadline', now + wanted_ms)
return 1
