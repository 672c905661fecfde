import type { Redis } from 'ioredis';
import type { QueueWorker } from '../../../model/cluster/queue-state.ts';
import { ALL_WORKERS_KEY, DEPLOYMENTS_KEY, workersKey } from './keys.ts';
import { dropNote, hasTypes, readNotes, type NoteList } from './note-list.ts';

/** Seconds after which a worker that tells nothing more counts as gone. */
const SILENT_S = 20;

/** A worker has connections for each deployment. */
const MOST_DEPLOYMENTS = 100;

const isWorker = (value: unknown): value is QueueWorker =>
  hasTypes(value, { name: 'string', lanes: 'number', transfers: 'number', batches: 'number' }) &&
  hasTypes(value, { host: 'string', pid: 'number', sinceMs: 'number' }, { orAbsent: true });

const listAt = (key: string): NoteList<QueueWorker> => ({ key, silentS: SILENT_S, isNote: isWorker });
const ofDeployment = (deployment: string): NoteList<QueueWorker> => listAt(workersKey(deployment));
const ALL = listAt(ALL_WORKERS_KEY);

async function list(
  client: Redis,
  notes: NoteList<QueueWorker>,
  tells?: QueueWorker,
): Promise<readonly QueueWorker[]> {
  const told = await readNotes(client, notes, tells && { name: tells.name, note: tells });
  return told.map(({ note }) => note);
}

/** The workers of a deployment that are there now, by Redis's own clock. `tells`: one of them. */
export const listWorkers = (
  client: Redis,
  deployment: string,
  tells?: QueueWorker,
): Promise<readonly QueueWorker[]> => list(client, ofDeployment(deployment), tells);

/** All workers that are there now, whatever they have to do. */
export const listAllWorkers = (client: Redis, tells?: QueueWorker): Promise<readonly QueueWorker[]> =>
  list(client, ALL, tells);

/** The worker takes nothing more of this deployment. */
export const leaveList = (client: Redis, deployment: string, name: string): Promise<void> =>
  dropNote(client, ofDeployment(deployment), name);

/** The worker takes nothing more. */
export const leaveAll = (client: Redis, name: string): Promise<void> => dropNote(client, ALL, name);

/** The deployments that there have been batches for, the latest last. */
export const listDeployments = (client: Redis): Promise<string[]> =>
  client.zrange(DEPLOYMENTS_KEY, String(-MOST_DEPLOYMENTS), '-1');
