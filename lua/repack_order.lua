-- repack_order: rewrites an earlier version's order record, one JSON object, in today's form.
-- Compare-and-set, safe to repeat.
--
-- KEYS  1 the order
-- ARGV  1 the record as it was read  2 today's fields and values as a JSON array
-- Reply 1 repacked  0 the record has changed since, or is gone

local order_key = KEYS[1]
local read, fields = ARGV[1], cjson.decode(ARGV[2])

if redis.call('HGET', order_key, 'data') ~= read then return 0 end
redis.call('HDEL', order_key, 'data')
redis.call('HSET', order_key, unpack(fields))
return 1
