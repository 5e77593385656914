-- confirm: held -> sold, once per order key. All seats must be held by the buyer, with live locks.
--
-- A repeated key with the same body gets its order again, for any buyer: the cookie of the first
-- request may be lost. A request without a key (the original's clients send none) gets the order
-- of the same buyer that has exactly these seats.
--
-- KEYS  1 version  2 holds  3 sold  4 buyers  5 due  6 events  7 outbox  8 order keys
--       9 half-price tickets sold  10 the new order  11.. one lock per seat
--       last: the dataset's identity
-- ARGV  1 session  2 buyer  3 token that was sent ('': none)  4 order key ('': none)
--       5 fingerprint of the body  6 id of the new order
--       7 fields and values of the new order as a JSON array  8 its outbox message as JSON
--       9 state of its mail  10 half-price tickets in it  11 the session's quota of them
--       12 code to refuse a sale with (0: none)  13 when the session closes, in ms (0: never)
--       14 tag of the person who pays ('': not said)  15 most seats a person
--       16 tag of the buyer  17 digest of the order key  18 events kept
--       19.. seats, in the locks' order  last: the expected identity of the dataset ('': any)
-- Reply {code, order id, seats that caused a refusal, or with code 0 the id of the event}
--       code 0 sold  1 a seat is somebody else's  2 the hold has ended  3 wrong token
--            4 the key was used for another body  5 this very request sold the seats before
--            6 too few half-price tickets left; their number comes instead of seats
--            7, 8, 12 to 16 argument 12, where nothing else prevents the sale
--            9 session closed  10 over the person's limit
--            11 this very request sold the seats before, and they were cancelled since
--            17 another request of this buyer has bought a seat  -1 another dataset

local dataset_key, dataset = table.remove(KEYS), table.remove(ARGV)
if dataset ~= '' and redis.call('GET', dataset_key) ~= dataset then return {-1, ''} end

local version_key, holds_key, sold_key, buyers_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due_key, events_key, outbox_key, order_keys_key = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local half_price_key, new_order_key = KEYS[9], KEYS[10]
local session, buyer, sent_token, key, fingerprint = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local order_id, order, message, mail_state = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local half_price, quota, veto = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local closes_at, person, most = tonumber(ARGV[13]), ARGV[14], tonumber(ARGV[15])
local tag, key_digest, events_kept = ARGV[16], ARGV[17], ARGV[18]
local FIRST_LOCK, FIRST_SEAT = 11, 19

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The orders of an order key, each in 60 characters: its buyer's tag, the first 22 characters of
-- its fingerprint, and its id without the partition. Redis packs values of up to 64 characters.
local TAG, BODY, ENTRY = 16, 22, 60
local body = string.sub(fingerprint, 1, BODY)

-- The same buyer's order of this key, else one with the same body, else nil.
local function known_order()
  -- Earlier versions wrote two fields of JSON for a sale.
  local of_buyer, of_anybody = cjson.encode({buyer, key}), cjson.encode({'', key, fingerprint})
  local found = redis.call('HMGET', order_keys_key, key_digest, of_buyer, of_anybody)
  local entries, same_body = found[1] or '', nil
  for at = 1, #entries, ENTRY do
    local entry = string.sub(entries, at, at + ENTRY - 1)
    local known = {
      body = string.sub(entry, TAG + 1, TAG + BODY),
      order = string.sub(order_id, 1, 3) .. string.sub(entry, TAG + BODY + 1),
      field = key_digest, text = entries}
    if string.sub(entry, 1, TAG) == tag then return known end
    if known.body == body then same_body = known end
  end
  if not (found[2] or found[3]) then return same_body end
  local of_before = cjson.decode(found[2] or found[3])
  return {
    body = string.sub(of_before.fingerprint, 1, BODY), order = of_before.order,
    field = found[2] and of_buyer or of_anybody, text = found[2] or found[3]}
end

-- A sale is an array: tag of the buyer, order without the partition, seats of the order, when its
-- hold counts as begun, how much later it was made, and, where the request says them, half of the
-- person's tag and the network's tag. An earlier version wrote an object with names.
local function order_of(sale)
  return sale.order or string.sub(order_id, 1, 3) .. sale[2]
end

-- A seat that was given back is no longer sold to its order; an order without seats is cancelled.
local function is_cancelled(bought)
  for i = FIRST_SEAT, #ARGV do
    local sale = redis.call('HGET', sold_key, ARGV[i])
    if sale and order_of(cjson.decode(sale)) == bought then return false end
  end
  return true
end

local HALF = 16

-- Counts the sales themselves: a counter beside them could drift.
local function sold_to_person()
  local count, mark = 0, string.sub(person, 1, HALF)
  for _, sale in ipairs(redis.call('HVALS', sold_key)) do
    if string.find(sale, mark, 1, true) then count = count + 1 end
  end
  return count
end

if key ~= '' then
  local known = known_order()
  if known and known.body ~= body then return {4, ''} end
  if known then
    -- No-op write: WAITAOF covers this connection's last write, so a retry must write something.
    redis.call('HSET', order_keys_key, known.field, known.text)
    return {is_cancelled(known.order) and 11 or 5, known.order}
  end
end

local mine, foreign, bought, ended, wrong_token = {}, {}, {}, {}, false
local sold_to, sold_count, seats_sold, known_sale = nil, 0, 0, nil
for i = FIRST_SEAT, #ARGV do
  local seat, lock = ARGV[i], KEYS[FIRST_LOCK + i - FIRST_SEAT]
  local hold, text = redis.call('HGET', holds_key, seat), redis.call('HGET', sold_key, seat)
  hold = hold and cjson.decode(hold)
  local sale = text and cjson.decode(text)
  if sale and (sale.tag or sale[1]) == tag then
    table.insert(bought, seat)
    if not sold_to then
      sold_to, seats_sold, known_sale = order_of(sale), sale.seats or sale[3], text
    end
    if sold_to == order_of(sale) then sold_count = sold_count + 1 end
  elseif sale or hold and hold.buyer ~= buyer then
    table.insert(foreign, seat)
  elseif not hold or redis.call('GET', lock) ~= hold.token then
    table.insert(ended, seat)
  else
    wrong_token = wrong_token or (sent_token ~= '' and sent_token ~= hold.token)
    table.insert(mine, {seat = seat, lock = lock, hold = hold})
  end
end

local asked = #ARGV - FIRST_SEAT + 1
if key == '' and sold_count == asked and seats_sold == asked then
  redis.call('HSET', sold_key, ARGV[FIRST_SEAT], known_sale)
  return {5, sold_to}
end
if #bought > 0 and #foreign == 0 then return {17, sold_to, unpack(bought)} end
if closes_at > 0 and now >= closes_at then return {9, ''} end
if #foreign > 0 then return {1, '', unpack(foreign)} end
if #ended > 0 then return {2, '', unpack(ended)} end
if wrong_token then return {3, ''} end
if person ~= '' and sold_to_person() + #mine > most then return {10, ''} end

local half_price_left = math.max(0, quota - tonumber(redis.call('GET', half_price_key) or 0))
if half_price > half_price_left then return {6, '', tostring(half_price_left)} end
if veto > 0 then return {veto, ''} end
local account = redis.call('HGET', buyers_key, buyer)
-- Somebody may have deleted the account by hand.
account = account and cjson.decode(account) or {held = #mine, sold = 0}

-- Everything is checked: from here on only writes.
local changes = {}
for _, own in ipairs(mine) do
  local since, network = own.hold.since or now, own.hold.network
  local sale = {tag, string.sub(order_id, 4), #mine, since, (own.hold.at or since) - since}
  if network or person ~= '' then
    sale[6], sale[7] = string.sub(person, 1, HALF), network
  end
  redis.call('HSETNX', sold_key, own.seat, cjson.encode(sale))
  redis.call('DEL', own.lock)
  redis.call('HDEL', holds_key, own.seat)
  redis.call('ZREM', due_key, session .. ':' .. own.seat)
  table.insert(changes, {seat = own.seat, state = 'sold', tag = tag})
end
account.held, account.sold = math.max(0, account.held - #mine), account.sold + #mine
if account.held == 0 then account.token = nil end
redis.call('HSET', buyers_key, buyer, cjson.encode(account))
redis.call('HSET', new_order_key, 'created_at', now, 'state', 'confirmed', 'mail', mail_state,
  unpack(cjson.decode(order)))
if key ~= '' then
  redis.call('HSET', new_order_key, 'key', key_digest)
  local others = redis.call('HGET', order_keys_key, key_digest) or ''
  redis.call('HSET', order_keys_key, key_digest, others .. tag .. body .. string.sub(order_id, 4))
end
local half_price_sold = redis.call('INCRBY', half_price_key, half_price)
local version = redis.call('INCR', version_key)
local event = redis.call('XADD', events_key, 'MAXLEN', '~', events_kept, '*',
  'session', session, 'version', version, 'at', now, 'changes', cjson.encode(changes),
  'half_price_sold', half_price_sold)
redis.call('XADD', outbox_key, '*', 'mensagem', message)
return {0, order_id, event}
