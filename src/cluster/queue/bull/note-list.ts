import type { Redis } from 'ioredis';
import { notesKeys } from './keys.ts';

/** What several processes tell of themselves, each under its own name, in one place of a server. */
export interface NoteList<Note> {
  /** Names the list. */
  readonly key: string;
  /** Whether a value is such a note. */
  readonly isNote: (value: unknown) => value is Note;
  /** Seconds after which who tells nothing more is dropped, by the server's own clock. */
  readonly silentS: number;
}

// KEYS[1]: names by time, KEYS[2]: notes by name. ARGV: seconds of silence; the name and the note of who tells
const NOTE = `
local now = tonumber(redis.call('TIME')[1])
if ARGV[2] then
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('HDEL', KEYS[2], gone)
end
local told = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local note = redis.call('HGET', KEYS[2], name)
  if note then
    told[#told + 1] = note
    told[#told + 1] = tostring(now - tonumber(redis.call('ZSCORE', KEYS[1], name)))
  end
end
return told`;

/** A note, and for how many seconds whoever told it has been silent. */
export interface Told<Note> {
  readonly note: Note;
  readonly silentS: number;
}

/** Everything that is told in the list now, and that is a note. `tells`: something of one's own. */
export async function readNotes<Note>(
  client: Redis,
  { key, silentS, isNote }: NoteList<Note>,
  tells?: { readonly name: string; readonly note: Note },
): Promise<readonly Told<Note>[]> {
  const own = tells === undefined ? [] : [tells.name, JSON.stringify(tells.note)];
  const told = (await client.eval(NOTE, 2, ...notesKeys(key), String(silentS), ...own)) as string[];
  const notes: Told<Note>[] = [];
  for (let at = 0; at + 1 < told.length; at += 2) {
    const note = parsed(told[at]!);
    if (isNote(note)) notes.push({ note, silentS: Number(told[at + 1]) });
  }
  return notes;
}

/** Anybody who can write to the server can write anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes back what was told under the name. */
export async function dropNote(
  client: Redis,
  { key }: Pick<NoteList<unknown>, 'key'>,
  name: string,
): Promise<void> {
  const [times, notes] = notesKeys(key);
  await client.multi().zrem(times, name).hdel(notes, name).exec();
}

/** Whether a value is an object whose fields have these types. */
export const hasTypes = (
  value: unknown,
  types: Readonly<Record<string, 'string' | 'number'>>,
  { orAbsent = false }: { readonly orAbsent?: boolean } = {},
): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(types).every(([name, type]) => {
    const field: unknown = (value as Record<string, unknown>)[name];
    return field === undefined ? orAbsent : typeof field === type;
  });
