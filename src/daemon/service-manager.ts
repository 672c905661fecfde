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
  const status = `${event.state}${event.reason === undefined ? '' : `: ${event.reason}`}`;
  const words = wordsFor[event.state] ?? [];
  if (words.length > 0 || event.reason !== undefined) tell(env, words, status);
}

/** The same of a daemon of many jobs. */
export function tellOfDaemon(
  env: Variables,
  { is, status }: { readonly is?: 'ready' | 'stopping' | undefined; readonly status: string },
): void {
  tell(env, is === undefined ? [] : [`--${is}`], status);
}

function tell(env: Variables, words: readonly string[], status: string): void {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return;
  const args = [...words, `--status=${status}`];
  execFile('systemd-notify', args, { env: { ...env }, timeout: 5000 }, () => undefined);
}

/** Ready once the first look at everything begins: by then the pair is locked and its folders are watched. */
const wordsFor: Partial<Record<string, readonly string[]>> = {
  listing: ['--ready'],
  stopping: ['--stopping'],
};
