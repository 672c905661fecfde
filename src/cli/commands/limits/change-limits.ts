import { askRunningDaemon } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { bytes, count } from '../../output/quantities.ts';

export interface LimitsFlags extends FileFlags {
  readonly concurrency?: number | 'auto';
  readonly bwlimit?: number | 'none';
  readonly maxRequestsPerSecond?: number | 'none';
  readonly json?: true;
}

/** `stagesync limits`: changes what the flags say, and shows what holds then. */
export async function changeLimits(context: Context, flags: LimitsFlags): Promise<ExitStatus> {
  const { concurrency, bwlimit, maxRequestsPerSecond, json } = flags;
  const change = {
    concurrency,
    bytesPerSecond: orNull(bwlimit),
    maxRequestsPerSecond: orNull(maxRequestsPerSecond),
  };
  const now = await askRunningDaemon(context, flags, { ask: 'limits', change });
  const { out } = context;
  if (json) out.line(JSON.stringify(now));
  else {
    const row = (name: string, value: string): void => out.line(`${name.padEnd(22)} ${value}`);
    row('requests at once', now.concurrency === 'auto' ? 'as the jobs say' : count(now.concurrency));
    row('bytes a second', now.bytesPerSecond === undefined ? 'no limit' : bytes(now.bytesPerSecond));
    row(
      'requests a second',
      now.maxRequestsPerSecond === undefined ? 'no limit' : String(now.maxRequestsPerSecond),
    );
  }
  return EXIT.clean;
}

const orNull = (limit: number | 'none' | undefined): number | null | undefined =>
  limit === 'none' ? null : limit;
