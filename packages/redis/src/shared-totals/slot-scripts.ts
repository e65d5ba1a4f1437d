/**
 * What the scripts begin with that write and list: the server's time, and whether this is still the server that has had these slots all along.
 * One that was started anew, was promoted, or was emptied may have lost some, and says in `since` from when on it has had them. (A replica has
 * another `run_id`; the identity of the replication tells apart a server that was master, then replica, then master again.)
 */
const UNBROKEN = `
local versions,at=KEYS[1],string.sub(KEYS[1],1,-9)
local time=redis.call('TIME')
local now=string.format('%.0f',time[1]*1000+math.floor(time[2]/1000))
local run=string.match(redis.call('INFO','server'),'run_id:(%w+)') or ''
run=run..(string.match(redis.call('INFO','replication'),'master_replid:(%w+)') or '')
local known=redis.call('HMGET',versions,'server','since')
local since=known[2]
local function broken()
  since=now
  redis.call('HSET',versions,'server',run,'since',now)
end
if known[1]~=run or not since or tonumber(since)>tonumber(now) then broken() end`;

/** Takes over what was sent beforehand: a long text costs a script a thousand times what it costs a command, for Lua reads all of it. */
const KEEP = `
local function keep(name,slot,staged)
  if staged=='' then redis.call('SET',at..name,slot) return true end
  if redis.call('EXISTS',at..staged)==0 then return false end
  redis.call('RENAME',at..staged,at..name)
  redis.call('PERSIST',at..name)
  return true
end`;

/**
 * Writes a slot or gives a sign of life. Takes the identity, the number of the version, the slot or an empty text, whether its process itself writes,
 * whether it is the last, and the name under which the slot was staged, or an empty text. A slot that is not the one that was entered (as when
 * keys went to another node of a Cluster one by one) is as good as none.
 */
export const PUT: string = `${UNBROKEN}${KEEP}
local id,seq,slot,staged=ARGV[1],tonumber(ARGV[2]),ARGV[3],ARGV[6] or ''
local folded=redis.call('HGET',at..'folded',id)
if folded and redis.call('EXISTS',at..'base')==1 then return {'folded',folded} end
local had,alive,ended,bytes=0,'0','0','0'
local entry=redis.call('HGET',versions,id)
if entry then
  local number,when,over,length=string.match(entry,'^(%d+):(%d+):(%d):(%d+)$')
  if number and redis.call('STRLEN',at..'slot:'..id)==tonumber(length) then
    had,alive,ended,bytes=tonumber(number),when,over,length
  end
end
if seq>had then
  if slot=='' and staged=='' or not keep('slot:'..id,slot,staged) then return {'missing'} end
  had,bytes=seq,redis.call('STRLEN',at..'slot:'..id)
end
if ARGV[4]=='1' then alive=now end
if ARGV[5]=='1' then ended='1' end
redis.call('HSET',versions,id,string.format('%.0f',had)..':'..alive..':'..ended..':'..bytes)
return {'kept'}`;

/**
 * Lists the slots, or only says how many there are when they are more than the first argument; with the second, what the server says of its memory.
 * A base without its token, or a token without its base, is what remains when somebody deleted a key or the server evicted it.
 */
export const LIST: string = `${UNBROKEN}
local token=redis.call('HGET',versions,'base') or ''
local hasBase=redis.call('EXISTS',at..'base')==1
if hasBase~=(token~='') then
  broken()
  token=hasBase and 'found:'..now or ''
  if hasBase then redis.call('HSET',versions,'base',token) else redis.call('HDEL',versions,'base') end
end
local memory=ARGV[2]=='1' and redis.call('INFO','memory') or ''
local count=redis.call('HLEN',versions)
local entries=count<=tonumber(ARGV[1]) and redis.call('HGETALL',versions) or {}
return {now,since,token,count,memory,entries}`;

/** Gives up slots that are listed and not there, because somebody deleted them or the server evicted them: who knows them writes them again. */
export const GIVE_UP: string = `${UNBROKEN}
for _,id in ipairs(ARGV) do
  if redis.call('HEXISTS',versions,id)==1 and redis.call('EXISTS',at..'slot:'..id)==0 then
    broken()
    redis.call('HDEL',versions,id)
  end
end
return 1`;

/**
 * Exchanges the base; what is remembered of a base that is gone is forgotten. Takes the token that must be there, the new one, the new base, the name under which it was staged or an empty text, the number of
 * slots that are in it, each by identity, entry and version, and the identities to forget. Asks for every key before it writes one: nothing is
 * to be half done when one is not ours.
 */
export const REPLACE_BASE: string = `
local versions,at=KEYS[1],string.sub(KEYS[1],1,-9)${KEEP}
local last=5+3*tonumber(ARGV[5])
redis.call('HLEN',at..'folded')
local hasBase=redis.call('EXISTS',at..'base')==1
if (redis.call('HGET',versions,'base') or '')~=ARGV[1] or hasBase~=(ARGV[1]~='') then return 0 end
for place=6,last,3 do
  if redis.call('HGET',versions,ARGV[place])~=ARGV[place+1] then return 0 end
end
if ARGV[4]~='' and redis.call('EXISTS',at..ARGV[4])==0 then return 0 end
redis.call('HSET',versions,'base',ARGV[2])
if not hasBase then redis.call('DEL',at..'folded') end
keep('base',ARGV[3],ARGV[4])
for place=6,last,3 do
  redis.call('HSET',at..'folded',ARGV[place],ARGV[place+2])
  redis.call('HDEL',versions,ARGV[place])
  redis.call('DEL',at..'slot:'..ARGV[place])
end
for place=last+1,#ARGV,1000 do
  redis.call('HDEL',at..'folded',unpack(ARGV,place,math.min(place+999,#ARGV)))
end
return 1`;

/**
 * Removes slots that are in the base, and remembers which version is. Takes the token of the base that has them, and identities, each with its
 * version. What a slot of a later version had more is missing until its process writes it again.
 */
export const BURY: string = `${UNBROKEN}
if (redis.call('HGET',versions,'base') or '')~=ARGV[1] then return 0 end
for place=2,#ARGV,2 do
  local entry=redis.call('HGET',versions,ARGV[place])
  if entry and tonumber(string.match(entry,'^%d+'))>tonumber(ARGV[place+1]) then broken() end
  redis.call('HSET',at..'folded',ARGV[place],ARGV[place+1])
  redis.call('HDEL',versions,ARGV[place])
  redis.call('DEL',at..'slot:'..ARGV[place])
end
return 1`;

/** What a user of Redis must be allowed, as an ACL names it. */
export const COMMANDS: readonly string[] = [
  "eval",
  "get",
  "set",
  "del",
  "exists",
  "rename",
  "persist",
  "strlen",
  "hget",
  "hmget",
  "hset",
  "hdel",
  "hlen",
  "hexists",
  "hgetall",
  "hscan",
  "time",
  "info",
];
