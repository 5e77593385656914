-- snapshot: the seats of a session that are not free, at one version: all, or the changes after
-- an event that the caller knows. Read-only.
--
-- KEYS  1 version  2 holds  3 sold  4 half-price tickets sold  5 events
-- ARGV  1 session  2 id of the last event that the caller knows ('': none)
--       3 1: with the seats, 0: their number only
-- Reply {now in ms, version, half-price tickets sold, number of holds, number of sales,
--        id of the last event ('': none), kind of the seats that follow, seats...}
--       kind 0 none  1 all: {seat, hold as JSON, ...}, {seat, sale as JSON, ...}
--            2 changes: version, changes as JSON, ... of each event

local version_key, holds_key, sold_key = KEYS[1], KEYS[2], KEYS[3]
local half_price_key, events_key = KEYS[4], KEYS[5]
local session, known, wanted = ARGV[1], ARGV[2], ARGV[3] == '1'
local ALL, CHANGES = 1, 2
local MOST_EVENTS = 200  -- reading more of them costs more than reading the whole session

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('XREVRANGE', events_key, '+', '-', 'COUNT', 1)[1]
local reply = {
  now,
  tonumber(redis.call('GET', version_key) or 0),
  tonumber(redis.call('GET', half_price_key) or 0),
  redis.call('HLEN', holds_key), redis.call('HLEN', sold_key), last and last[1] or '', 0,
}
if not wanted then return reply end

-- A stream that still has the caller's event has every later one.
local entries = known ~= ''
  and redis.call('XRANGE', events_key, known, '+', 'COUNT', MOST_EVENTS + 1) or {}
if #entries > 0 and #entries <= MOST_EVENTS and entries[1][1] == known then
  reply[7] = CHANGES
  for i = 2, #entries do
    local event = {}
    local fields = entries[i][2]
    for j = 1, #fields, 2 do event[fields[j]] = fields[j + 1] end
    if event.session == session then
      table.insert(reply, event.version)
      table.insert(reply, event.changes)
    end
  end
  return reply
end

reply[7] = ALL
table.insert(reply, redis.call('HGETALL', holds_key))
table.insert(reply, redis.call('HGETALL', sold_key))
return reply
