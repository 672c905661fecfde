import { readFileSync } from 'node:fs';
import { openFileLimit } from '../../disk/open-files.ts';
import { ok, skipped, warning, type Check, type Finding } from '../check.ts';

/** Files and sockets: the engine opens fewer at the same time where there are fewer. */
const ENOUGH_FILES = 1024;
/** A watch needs one for each folder. */
const ENOUGH_WATCHES = 32_768;

/** What the system lets one process open, and watch. */
export const limits: Check = {
  name: 'limits',
  async examine() {
    return judgeLimits({
      files: openFileLimit(),
      watches: kernelNumber('max_user_watches'),
      instances: kernelNumber('max_user_instances'),
    });
  },
};

export interface KernelLimits {
  /** Undefined where the system does not tell. */
  readonly files: number | undefined;
  readonly watches: number | undefined;
  readonly instances: number | undefined;
}

export function judgeLimits({ files, watches, instances }: KernelLimits): Finding[] {
  const found: Finding[] = [];
  if (files !== undefined && files < ENOUGH_FILES)
    found.push(
      warning(
        `this process may have ${files} files open: fewer are sent at the same time`,
        `raise it: ulimit -n ${ENOUGH_FILES * 4}`,
      ),
    );
  if (watches !== undefined && watches < ENOUGH_WATCHES)
    found.push(
      warning(
        `the kernel watches ${watches} folders for this user: "watch" looks at the others now and then only`,
        'raise it: sysctl fs.inotify.max_user_watches=524288',
      ),
    );
  if (instances !== undefined && instances < 64)
    found.push(
      warning(
        `the kernel has ${instances} watchers for this user`,
        'raise it: sysctl fs.inotify.max_user_instances=512',
      ),
    );
  if (found.length > 0) return found;
  if (files === undefined && watches === undefined) return [skipped('this system does not tell its limits')];
  return [ok(`${files ?? 'unknown'} open files, ${watches ?? 'unknown'} watched folders`)];
}

function kernelNumber(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
