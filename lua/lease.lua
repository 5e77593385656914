-- lease: mutual exclusion with a deadline, by Redis' clock. Safe to repeat.
--
-- The holder renews the lease by the same call; giving it up lets the next process in at once.
--
-- KEYS  1 lease
-- ARGV  1 the calling process  2 for how many ms; 0: give it up
-- Reply 1 the caller has the lease  0 it has not

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
