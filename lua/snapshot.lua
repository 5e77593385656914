-- snapshot: the seats of a session that are not free, at one version. Writes nothing.
--
-- KEYS  1 version  2 holds  3 sold  4 half-price tickets sold
-- ARGV  none
-- Reply {now in ms, version, {seat, hold as JSON, ...}, {seat, sale as JSON, ...}, half-price tickets sold}

local version_key, holds_key, sold_key, half_price_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {
  now, tonumber(redis.call('GET', version_key) or 0),
  redis.call('HGETALL', holds_key), redis.call('HGETALL', sold_key),
  tonumber(redis.call('GET', half_price_key) or 0),
}
