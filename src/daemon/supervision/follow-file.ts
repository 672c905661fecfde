import { statSync } from 'node:fs';
import type { Clock } from '../../model/ports.ts';

/** How often a file is looked at, in milliseconds. A look costs one system call, and works on every file system. */
const EVERY_MS = 2000;

export interface FollowFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly until: AbortSignal;
  /** Called once a changed file has stood still for one look: an editor may still be writing it. */
  readonly onChange: () => void;
}

/** Tells of changes of a file, also where a link on the way to it was exchanged. Resolves when `until` is aborted. */
export async function followFile({ path, clock, until, onChange }: FollowFileOptions): Promise<void> {
  let told = versionOf(path);
  let seen = told;
  while (!until.aborted) {
    await clock.sleep(EVERY_MS, until).catch(() => undefined);
    const now = versionOf(path);
    if (now !== told && now === seen && !until.aborted) {
      told = now;
      onChange();
    }
    seen = now;
  }
}

function versionOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return 'none';
  }
}
