import type { Redis } from 'ioredis';
import { SYNCS_KEY } from './keys.ts';
import { dropNote, hasTypes, readNotes, type NoteList } from './note-list.ts';

/** What a sync tells of itself while it hands files over. */
export interface SyncNote {
  readonly pair: string;
  /** The labels of both ends. */
  readonly source: string;
  readonly destination: string;
  readonly host: string;
  readonly pid: number;
  /** By its own clock, in milliseconds since 1970. */
  readonly sinceMs: number;
}

const FIELDS = { pair: 'string', source: 'string', destination: 'string', host: 'string' } as const;

function isSync(value: unknown): value is SyncNote {
  return hasTypes(value, { ...FIELDS, pid: 'number', sinceMs: 'number' });
}

/** One that was killed is told of for as long as its batches may count: they wait for its next run. Seconds. */
const SYNCS: NoteList<SyncNote> = { key: SYNCS_KEY, silentS: 7 * 86_400, isNote: isSync };
/** Seconds without a sign of life after which a sync counts as gone; it gives one every two seconds. */
const AT_WORK_S = 20;

export async function tellSync(client: Redis, note: SyncNote): Promise<void> {
  await readNotes(client, SYNCS, { name: note.pair, note });
}

export const leaveSyncs = (client: Redis, pair: string): Promise<void> => dropNote(client, SYNCS, pair);

export async function listSyncs(
  client: Redis,
): Promise<readonly (SyncNote & { readonly isAtWork: boolean })[]> {
  const told = await readNotes(client, SYNCS);
  return told.map(({ note, silentS }) => ({ ...note, isAtWork: silentS < AT_WORK_S }));
}
