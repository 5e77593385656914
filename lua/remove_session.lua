-- remove_session: what is left of a session that is over, once nothing of it is sold or held and nobody has asked for it for a while.
--
-- A session of the same name counts its versions from 1 again; a map that is open meanwhile would get a new snapshot.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 half-price tickets sold  6 order keys
-- ARGV  1 for how many ms nobody may have asked for it
-- Reply 1 removed  0 not yet

local version_key, holds_key, sold_key, idle_ms = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[1])

if redis.call('EXISTS', holds_key, sold_key) > 0 then return 0 end
-- How long the key was not touched: no time of the last transition has to be kept. Counts from the start of a restarted server.
local idle_seconds = redis.call('OBJECT', 'IDLETIME', version_key)
if not idle_seconds or idle_seconds * 1000 < idle_ms then return 0 end

redis.call('DEL', unpack(KEYS))
return 1
