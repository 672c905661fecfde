/**
 * The rules of a budget as one script, which Redis runs as a whole: those of Pacer and AllowedRate
 * (`src/remote/gate/congestion/allowed-rate.ts`, which explains them), with two differences. Turns are taken for up to 16
 * requests at once, each with the time at which it is due; and what was learnt stays for ten minutes after the latest refusal, also
 * while nobody asks. Times are Redis's own, so that clocks of machines that differ do no harm. Tests set the time.
 *
 * KEYS: the budget, its users, turns that were given back. ARGV: what is asked, then its arguments. Numbers come back as text: Redis cuts fractions off.
 */
export const REDIS_TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`;

export const BUDGET_RULES = `
local IDLE_RISE_PER_SECOND = 0.03
local SLOWEST_PER_SECOND = 0.5
local UNLIMITED_PER_SECOND = 10000
local DIP = 0.05
local FEWEST_SECONDS, MOST_SECONDS, LEAST_RATE = 2, 12, 5
local UNSURE_SHARE = 0.9
local CONFIRMED_SHARE = 0.75
local LOWEST_CUT = 0.5
local EARLY_SHARE = 0.5
local MOST_EARLY = 3
local FORGET_SHARE = 0.5
local ALL_REFUSED_MS = 400
local LOOK_BACK_LEAST, LOOK_BACK_MOST = 1000, 5000
local CATCH_UP = 1.5
local PAUSE_FIRST, PAUSE_LONGEST = 500, 30000
local LATE_HELD, LATE_OTHERWISE = 200, 5
-- nobody asked for so long: nothing is made up for
local UNUSED_MS = 1000
-- nobody asked for so long: what passed says nothing of the rate
local IDLE_MS = 10000
-- what was learnt holds for so long after the latest refusal, and is forgotten after a day without use
local KEEP_MS, FORGET_MS = 600000, 86400000
-- who did not ask for so long does not count as a user
local USER_MS = 10000
-- a clock that was set back by more than this
local BACK_MS = 1000
-- one question takes the turns of so much time; the questions of all users together, of so much
local TURNS_SECONDS, ALL_TURNS_SECONDS = 0.1, 0.2
local BUCKETS, BUCKET_MS = 64, 100

local key, users, returned = KEYS[1], KEYS[2], KEYS[3]
local NAMES = { 'plateau', 'climbSeconds', 'climbed', 'cutAt', 'cutSince', 'cutUntil', 'cutPassed', 'cutHighest', 'cutLowest',
  'climbedTo', 'early', 'mostEarly', 'owed', 'owedAtFirst', 'storable', 'passed', 'pausedMs', 'since', 'nextAt', 'lastAt',
  'isAhead', 'pausedAt', 'pausedUntil', 'failures', 'pauses', 'refusedAt', 'told' }
local S = {}
local values = redis.call('HMGET', key, unpack(NAMES))
for i, name in ipairs(NAMES) do S[name] = tonumber(values[i] or nil) end

local function exact(number) return string.format('%.17g', number) end
local function or0(name) return S[name] or 0 end

local function save()
  local set, gone = {}, {}
  for _, name in ipairs(NAMES) do
    if S[name] then set[#set + 1] = name; set[#set + 1] = exact(S[name]) else gone[#gone + 1] = name end
  end
  if #set > 0 then redis.call('HSET', key, unpack(set)) end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  redis.call('PEXPIRE', key, FORGET_MS)
  redis.call('PEXPIRE', users, FORGET_MS)
  redis.call('PEXPIRE', returned, FORGET_MS)
end

local function climb() return math.max(LEAST_RATE, S.plateau) * or0('climbSeconds') end

local function perSecond()
  if not S.plateau then return nil end
  local x = or0('climbed') / climb() - 1
  return math.max(SLOWEST_PER_SECOND, S.plateau * (1 + DIP * x * x * x))
end

-- how many started lately, counted by tenths of a second until the first refusal
local function started(count)
  local bucket = math.floor(now / BUCKET_MS)
  local name = 'b' .. (bucket % BUCKETS)
  local was = redis.call('HGET', key, name)
  local before = 0
  if was then
    local at, counted = string.match(was, '(%d+) (%d+)')
    if tonumber(at) == bucket then before = tonumber(counted) end
  end
  redis.call('HSET', key, name, string.format('%d %d', bucket, before + count))
end

local function bucketNames()
  local names = {}
  for i = 0, BUCKETS - 1 do names[#names + 1] = 'b' .. i end
  return names
end

local function countSince(since)
  local count = 0
  for _, was in ipairs(redis.call('HMGET', key, unpack(bucketNames()))) do
    if was then
      local at, counted = string.match(was, '(%d+) (%d+)')
      if (tonumber(at) + 0.5) * BUCKET_MS >= since then count = count + tonumber(counted) end
    end
  end
  return count
end

local function setPlateau()
  local seconds = math.max(0.001, (S.cutUntil - S.cutSince) / 1000)
  local passed = S.cutPassed / seconds
  if S.cutHighest then passed = math.min(S.cutHighest, passed) end
  S.plateau = math.max(SLOWEST_PER_SECOND, S.cutLowest, passed)
end

local function resume(idleMs)
  S.since, S.passed, S.pausedMs, S.owed, S.storable = now, 0, 0, 0, nil
  S.cutAt, S.climbedTo, S.early, S.mostEarly = nil, nil, 0, MOST_EARLY
  redis.call('HDEL', key, unpack(bucketNames()))
  local rate = perSecond()
  if not rate or idleMs <= 0 then return end
  local risen = rate * math.exp(IDLE_RISE_PER_SECOND * idleMs / 1000)
  S.plateau = risen < UNLIMITED_PER_SECOND and risen or nil
  S.climbed = 0
end

-- turns that were handed out for a time that has not come: a pause makes them void
local function dropGranted()
  local rate = perSecond()
  if rate then
    local count = math.max(0, or0('nextAt') - math.max(now, or0('pausedUntil'))) * rate / 1000
    S.passed = math.max(0, or0('passed') - count)
    S.climbed = math.max(0, or0('climbed') - count)
  end
  redis.call('DEL', returned)
end

local function rateToKeep()
  if not S.plateau then return nil end
  if or0('passed') < 1 and now - or0('since') >= ALL_REFUSED_MS then return S.plateau end
  if or0('climbed') >= climb() * EARLY_SHARE then
    S.climbedTo = math.max(perSecond(), or0('climbedTo') * FORGET_SHARE)
    S.early, S.mostEarly = 0, MOST_EARLY
    return nil
  end
  if not S.climbedTo then return nil end
  S.early = or0('early') + 1
  if S.early < (S.mostEarly or MOST_EARLY) then return nil end
  S.early = 0
  S.mostEarly = (S.mostEarly or MOST_EARLY) * 2
  return S.climbedTo
end

local function measure(answerMs)
  local before = perSecond()
  S.cutAt, S.cutUntil = now, now
  if not before then
    local span = math.min(LOOK_BACK_MOST, math.max(LOOK_BACK_LEAST, answerMs or 0))
    S.cutSince, S.cutPassed = now - span, countSince(now - span) - 1
    S.cutHighest, S.cutLowest = nil, SLOWEST_PER_SECOND
    return
  end
  local storedMs = S.storable and S.storable * 1000 / before or math.huge
  local paused = math.max(0, math.min(or0('pausedMs'), now - or0('since')) - storedMs)
  S.cutSince, S.cutPassed = or0('since') + paused, or0('passed')
  S.cutHighest = S.storable and before * UNSURE_SHARE or before
  S.cutLowest = before * LOWEST_CUT
end

local function climbAfter(before)
  if not before then return FEWEST_SECONDS end
  local change = S.plateau / before
  if change > CONFIRMED_SHARE and change < 1 / CONFIRMED_SHARE then
    return math.min(MOST_SECONDS, or0('climbSeconds') * 2)
  end
  return or0('climbSeconds')
end

local function refused(startedAt, pauseMs, answerMs)
  if S.cutAt and startedAt <= S.cutAt then
    if startedAt >= S.cutSince then
      S.cutPassed = math.max(0, S.cutPassed - 1)
      setPlateau()
    end
    return false
  end
  local isFirst = not S.cutAt
  S.passed = math.max(0, or0('passed') - 1)
  if or0('owed') > 0 then S.storable = or0('owedAtFirst') - S.owed end
  local before = S.plateau
  local keeps = rateToKeep()
  measure(answerMs)
  if keeps then S.cutHighest, S.cutLowest = keeps, keeps end
  setPlateau()
  S.climbSeconds = keeps and FEWEST_SECONDS or climbAfter(before)
  S.climbed, S.passed, S.since, S.pausedMs = 0, 0, now, pauseMs
  local owed = isFirst and 0 or perSecond() * pauseMs / 1000
  S.owedAtFirst = S.storable and math.min(S.storable, owed) or owed
  S.owed = S.owedAtFirst
  return true
end

-- somebody set the clock back, or another server has taken over
if S.lastAt and now < S.lastAt - BACK_MS then
  S.nextAt, S.isAhead, S.pausedAt, S.pausedUntil, S.lastAt, S.refusedAt = nil, nil, nil, nil, nil, now
  S.since, S.passed, S.pausedMs, S.cutAt = now, 0, 0, nil
  redis.call('DEL', returned)
end

-- what this server has forgotten, its users have not
local function remember(known)
  if S.lastAt or S.plateau or not known then return end
  S.plateau, S.climbSeconds, S.climbed = known, MOST_SECONDS, math.max(LEAST_RATE, known) * MOST_SECONDS
  S.since, S.refusedAt = now, now
end

local what = ARGV[1]
if what == 'take' then
  -- user, turns, held, worked, told rate, rate known before
  local turns, isHeld, told = tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[6])
  S.told = told
  redis.call('ZADD', users, exact(now), ARGV[2])
  redis.call('ZREMRANGEBYSCORE', users, '-inf', exact(now - USER_MS))
  local count = redis.call('ZCARD', users)
  if ARGV[5] == '1' then S.failures = 0 end
  remember(tonumber(ARGV[7]))
  local idleMs = now - math.max(S.lastAt or now, or0('pausedUntil'))
  if idleMs > IDLE_MS then
    resume(math.max(0, math.min(idleMs, now - or0('refusedAt') - KEEP_MS)))
  end
  if not S.since then S.since = now end
  local rate = perSecond()
  local slowest = rate and told and math.min(rate, told) or rate or told
  -- a few at once only where they are due soon, those of the other users between them: nobody else may have them meanwhile
  if slowest then
    local most = math.floor(math.min(slowest * TURNS_SECONDS, slowest * ALL_TURNS_SECONDS / count))
    turns = math.min(turns, math.max(1, most))
  end
  local due = {}
  if turns > 0 then
    local at = math.max(now, or0('pausedUntil'))
    if slowest then
      -- what others gave back comes first
      redis.call('ZREMRANGEBYSCORE', returned, '-inf', '(' .. exact(at))
      due = redis.call('ZRANGEBYSCORE', returned, exact(at), '+inf', 'LIMIT', 0, turns)
      if #due > 0 then redis.call('ZREM', returned, unpack(due)) end
      -- what waits after a time without use was not held back by what came before
      local isAhead = or0('isAhead') == 1 and now - or0('lastAt') < UNUSED_MS
      local late = isHeld and isAhead and LATE_HELD or LATE_OTHERWISE
      at = math.max(now - late, or0('nextAt'), or0('pausedUntil'))
    end
    for i = #due + 1, turns do
      due[i] = exact(at)
      local interval = 0
      rate = perSecond()
      if rate then
        interval = 1000 / rate
        local byRate = not told or interval >= 1000 / told
        if byRate and isHeld and at > now then S.climbed = or0('climbed') + 1 end
        if or0('owed') > 0 then
          S.owed = S.owed - (1 - 1 / CATCH_UP)
          interval = interval / CATCH_UP
        end
      end
      if told then interval = math.max(interval, 1000 / told) end
      at = at + interval
    end
    S.nextAt, S.lastAt = at, now
    S.isAhead = at > now and 1 or 0
    S.passed = or0('passed') + turns
    if not rate then started(turns) end
  end
  save()
  rate = perSecond()
  return { exact(now), rate and exact(rate) or '', tostring(count), exact(or0('pausedUntil')), unpack(due) }
elseif what == 'refused' then
  -- started at, Retry-After, usual answer, rate known before
  remember(tonumber(ARGV[5]))
  local retryAfter = tonumber(ARGV[3])
  local pauseMs = retryAfter or math.min(PAUSE_LONGEST, PAUSE_FIRST * 2 ^ or0('failures'))
  local isLonger = now + pauseMs > or0('pausedUntil')
  local isVoid = isLonger or not (S.cutAt and tonumber(ARGV[2]) <= S.cutAt)
  if isVoid then dropGranted() end
  if isLonger then
    S.pausedAt, S.pausedUntil, S.pauses = now, now + pauseMs, or0('pauses') + 1
  end
  S.refusedAt = now
  if not S.since then S.since = now end
  local isSlower = refused(tonumber(ARGV[2]), pauseMs, tonumber(ARGV[4]))
  if isVoid then S.nextAt = S.pausedUntil end
  if isSlower then S.failures = math.min(10, or0('failures') + 1) end
  save()
  if isVoid then redis.call('PUBLISH', key, exact(S.pausedUntil - now) .. ' ' .. exact(S.pausedUntil)) end
  return { exact(now), exact(perSecond()), isSlower and '1' or '0', exact(S.pausedUntil), exact(pauseMs) }
elseif what == 'shorten' then
  -- the longest pause
  if S.pausedUntil then
    S.pausedUntil = math.min(S.pausedUntil, or0('pausedAt') + tonumber(ARGV[2]))
    if S.nextAt then S.nextAt = math.min(S.nextAt, S.pausedUntil) end
    redis.call('DEL', returned)
    save()
    redis.call('PUBLISH', key, exact(S.pausedUntil - now) .. ' ' .. exact(S.pausedUntil))
  end
  return { exact(now) }
elseif what == 'give' then
  -- user, whether it leaves, the pause after which it took them, turns
  if ARGV[3] == '1' then redis.call('ZREM', users, ARGV[2]) end
  local isVoid = tonumber(ARGV[4]) ~= or0('pausedUntil')
  for i = 5, #ARGV do
    local at = tonumber(ARGV[i])
    if at > now and not isVoid then
      redis.call('ZADD', returned, exact(at), exact(at))
      S.passed = math.max(0, or0('passed') - 1)
    end
  end
  save()
  return { exact(now) }
end
if what == 'look' then
  -- changes nothing
  local rate, count = perSecond(), redis.call('ZCOUNT', users, exact(now - USER_MS), '+inf')
  if S.told then rate = rate and math.min(rate, S.told) or S.told end
  return { exact(now), rate and exact(rate) or '', tostring(count), exact(or0('pausedUntil')) }
end
return redis.error_reply('unknown question')
`;
