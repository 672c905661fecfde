import { readFileSync } from 'node:fs';

/** What inotify keeps where the kernel does not say: its own default. */
const QUEUED_EVENTS = 16_384;

/** Events that the kernel keeps for a reader that is late; beyond, it drops them. */
export function queueLength(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8')) || QUEUED_EVENTS;
  } catch {
    return QUEUED_EVENTS;
  }
}

/** Why the kernel refuses one more watch, after `watches` of them. Undefined for an error of another kind. */
export function refusalOf(errno: string, watches: number): string | undefined {
  if (errno !== 'ENOSPC' && errno !== 'EMFILE' && errno !== 'ENFILE') return undefined;
  const limit = errno === 'ENOSPC' ? 'fs.inotify.max_user_watches' : 'fs.inotify.max_user_instances';
  return `the kernel refuses to watch more folders after ${watches} (${errno}; ${limit} can be raised)`;
}
