-- count_mails: adds one mail to each of these counts, or to none where one of them is full.
--
-- A count is a sliding window: this window's count, and the last window's in proportion to its
-- overlap. So two hashes hold all counts, and no key needs an expiry.
--
-- KEYS  1 counts of this window, and its 'start' in ms  2 counts of the window before
-- ARGV  1 length of a window in ms
--       2 1: count a mail, unless a count is full  0: count it always  -1: the mail was not sent
--       3.. a count's name, its limit (0: none), and what the mail adds
-- Reply 0 counted, or the position of the first count that is full: 1, 2 ...

local this_key, before_key = KEYS[1], KEYS[2]
local window, mode = tonumber(ARGV[1]), tonumber(ARGV[2])
local FIRST_COUNT = 3

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local start = now - now % window
local known_start = tonumber(redis.call('HGET', this_key, 'start') or 0)
local is_this, is_last = known_start == start, known_start == start - window

local function counted(name)
  local this = is_this and tonumber(redis.call('HGET', this_key, name) or 0) or 0
  local last = 0
  if is_this then last = tonumber(redis.call('HGET', before_key, name) or 0)
  elseif is_last then last = tonumber(redis.call('HGET', this_key, name) or 0) end
  return this + last * (1 - (now - start) / window)
end

if mode == 1 then
  for i = FIRST_COUNT, #ARGV, 3 do
    local most, cost = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
    if most > 0 and counted(ARGV[i]) + cost > most then return (i - FIRST_COUNT) / 3 + 1 end
  end
end

-- Everything is checked: from here on only writes.
if not is_this then
  redis.call('DEL', before_key)
  if is_last then redis.call('RENAME', this_key, before_key) else redis.call('DEL', this_key) end
  redis.call('HSET', this_key, 'start', start)
end
for i = FIRST_COUNT, #ARGV, 3 do
  local cost = tonumber(ARGV[i + 2])
  if mode >= 0 then
    redis.call('HINCRBY', this_key, ARGV[i], cost)
  elseif tonumber(redis.call('HGET', this_key, ARGV[i]) or 0) >= cost then
    redis.call('HINCRBY', this_key, ARGV[i], -cost)
  end
end
return 0
