-- count_taken: how many seats of each session are not free. Read-only.
--
-- KEYS  holds and sold of each session, all in one partition
-- ARGV  none
-- Reply {number of seats, ...}, in the sessions' order

local taken = {}
for i = 1, #KEYS, 2 do
  table.insert(taken, redis.call('HLEN', KEYS[i]) + redis.call('HLEN', KEYS[i + 1]))
end
return taken
