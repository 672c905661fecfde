import { SyncError } from '../../model/errors.ts';

/** What is wanted of a server, besides a version that has all commands. */
export interface ServerNeeds {
  /** Whether a key that was written has to stay, however full the memory is. */
  readonly keepsKeys: boolean;
}

const OLDEST = [6, 2] as const;

/** The lines of the reply to INFO, by name. */
export function readServerInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]),
  );
}

/** Returns `queue_misconfigured` where the server that `shown` names cannot be used; undefined where it can. */
export function serverProblem(
  info: ReadonlyMap<string, string>,
  shown: string,
  { keepsKeys }: ServerNeeds,
): SyncError | undefined {
  const version = info.get('redis_version') ?? '';
  if (!isNewEnough(version))
    return misconfigured(
      `${shown} is Redis ${version === '' ? 'of an unknown version' : version}; it has to be 6.2 or newer, or Valkey`,
    );
  if (info.get('redis_mode') === 'cluster')
    return misconfigured(`${shown} is a node of a Redis Cluster; name a server that stands alone`);
  if (info.get('role') === 'slave')
    return misconfigured(`${shown} is a replica, which takes no changes; name the primary server`);
  const policy = info.get('maxmemory_policy');
  if (keepsKeys && policy !== undefined && policy !== 'noeviction')
    return misconfigured(
      `${shown} drops keys when its memory is full (maxmemory-policy ${policy}); set it to noeviction`,
    );
  return undefined;
}

/** What does not hold a run up, for a person to know; undefined where there is nothing. */
export const serverWarning = (
  info: ReadonlyMap<string, string>,
  shown: string,
  { keepsKeys }: ServerNeeds,
): string | undefined =>
  keepsKeys && info.get('aof_enabled') === '0'
    ? `${shown} has no append-only file: what it holds may be lost when it ends, and is then sent again (appendonly yes keeps it)`
    : undefined;

function isNewEnough(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

const misconfigured = (message: string): SyncError =>
  new SyncError('queue_misconfigured', message, { verdict: 'end_run' });
