-- claim_mails: gives due mails to the caller alone, until a deadline. If the caller dies, another
-- sender takes them after it.
--
-- KEYS  1 mails due
-- ARGV  1 for how many ms the caller has them alone  2.. order ids
-- Reply the ids that the caller has now; another sender took, recorded or postponed the others

local due_key, lease_ms = KEYS[1], tonumber(ARGV[1])
local FIRST_ORDER = 2

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local claimed = {}
for i = FIRST_ORDER, #ARGV do
  local due = tonumber(redis.call('ZSCORE', due_key, ARGV[i]) or math.huge)
  if due <= now then
    redis.call('ZADD', due_key, now + lease_ms, ARGV[i])
    table.insert(claimed, ARGV[i])
  end
end
return claimed
