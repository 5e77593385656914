-- remove_session: deletes the rest of a session that is over, once none of its seats is sold or
-- held and nobody has asked for it for a while.
--
-- A later session of the same name counts its versions from 1; an open map then gets a snapshot.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 half-price tickets sold  6 order keys
-- ARGV  1 for how many ms nobody may have asked for it
-- Reply 1 removed  0 not yet

local version_key, holds_key, sold_key, idle_ms = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[1])

if redis.call('EXISTS', holds_key, sold_key) > 0 then return 0 end
-- IDLETIME needs no record of the last transition. After a restart of Redis it counts from there.
local idle_seconds = redis.call('OBJECT', 'IDLETIME', version_key)
if not idle_seconds or idle_seconds * 1000 < idle_ms then return 0 end

redis.call('DEL', unpack(KEYS))
return 1
