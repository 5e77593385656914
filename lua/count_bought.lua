-- count_bought: how many seats of each session a buyer has bought and not given back. Read-only.
--
-- KEYS  buyers of each session, all in one partition
-- ARGV  1 buyer
-- Reply {number of seats, ...}, in the sessions' order

local buyer = ARGV[1]

local bought = {}
for i = 1, #KEYS do
  local account = redis.call('HGET', KEYS[i], buyer)
  table.insert(bought, account and cjson.decode(account).sold or 0)
end
return bought
