import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';

/** What outlives a daemon, of one job. Times are milliseconds since 1970. */
export interface RememberedJob {
  /** The line and the zone that `followedMs` is of. */
  readonly schedule?: string | undefined;
  /** Up to this due time the schedule was followed. */
  readonly followedMs?: number | undefined;
  readonly paused?: boolean | undefined;
}

/** What outlives a daemon, by the names of its jobs. */
export interface RememberedJobs {
  of(name: string): RememberedJob;
  /** Throws nothing: what cannot be kept is told elsewhere. */
  remember(name: string, change: RememberedJob): void;
}

/**
 * A small file that is written anew with each change, and takes the old one's place whole. One that cannot be read counts as
 * empty: schedules then begin now, and nothing is paused.
 */
export class RememberedJobsFile implements RememberedJobs {
  readonly #file: string;
  readonly #onTrouble: (error: unknown) => void;
  readonly #jobs: Map<string, RememberedJob>;

  /** `onTrouble` hears why the file could not be read or written. */
  constructor(file: string, onTrouble: (error: unknown) => void) {
    this.#file = file;
    this.#onTrouble = onTrouble;
    this.#jobs = this.#read();
  }

  of(name: string): RememberedJob {
    return this.#jobs.get(name) ?? {};
  }

  remember(name: string, change: RememberedJob): void {
    this.#jobs.set(name, { ...this.of(name), ...change });
    try {
      makeFolders(dirname(this.#file), { mode: 0o700 });
      const written = `${this.#file}.new`;
      writeDurably(written, JSON.stringify({ jobs: Object.fromEntries(this.#jobs) }));
      renameSync(written, this.#file);
    } catch (error) {
      this.#onTrouble(error);
    }
  }

  #read(): Map<string, RememberedJob> {
    try {
      return jobsIn(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onTrouble(error);
      return new Map();
    }
  }
}

/** The name must not lead to a file whose bytes a power cut can still take: paused jobs would run, and due times be forgotten. */
function writeDurably(file: string, text: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function jobsIn(value: unknown): Map<string, RememberedJob> {
  if (!isObject(value) || !isObject(value['jobs'])) throw new TypeError('it holds something else than jobs');
  return new Map(
    Object.entries(value['jobs']).map(([name, job]) => [name, isObject(job) ? rememberedIn(job) : {}]),
  );
}

/** What another daemon remembered of a job; nothing where that cannot be read. */
export function parseRemembered(text: string): RememberedJob {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? rememberedIn(value) : {};
  } catch {
    return {};
  }
}

const rememberedIn = ({
  schedule,
  followedMs,
  paused,
}: Readonly<Record<string, unknown>>): RememberedJob => ({
  ...(typeof schedule === 'string' && { schedule }),
  ...(typeof followedMs === 'number' && { followedMs }),
  ...(paused === true && { paused }),
});
