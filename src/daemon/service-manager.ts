import { execFile } from 'node:child_process';
import type { WatchEvent } from '../sync/watch/watch-events.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Tells systemd what the watch is doing, where systemd asks for that (Type=notify sets NOTIFY_SOCKET). Node has no
 * datagram sockets for paths, so systemd's own small program sends the message; the unit needs NotifyAccess=all.
 * Without that program nothing is told.
 */
export function tellServiceManager(
  env: Variables,
  event: Extract<WatchEvent, { readonly type: 'state' }>,
): void {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return;
  const status = `--status=${event.state}${event.reason === undefined ? '' : `: ${event.reason}`}`;
  const words = wordsFor[event.state] ?? [];
  if (words.length === 0 && event.reason === undefined) return;
  execFile('systemd-notify', [...words, status], { env: { ...env }, timeout: 5000 }, () => undefined);
}

/** Ready once the first look at everything begins: by then the pair is locked and its folders are watched. */
const wordsFor: Partial<Record<string, readonly string[]>> = {
  listing: ['--ready'],
  stopping: ['--stopping'],
};
