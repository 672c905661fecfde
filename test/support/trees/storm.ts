import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from './dice.ts';

/** What a file ends with once it is whole. */
export const WHOLE = '\nwhole';
const TOP = 12;
const PIECE_GAP_MS = 60;

export interface StormReport {
  /** Files written to their end, renames not counted. */
  readonly versions: number;
  readonly changes: number;
  /** Paths where a piece came so late that the file may have counted as settled before. */
  readonly pausedTooLong: ReadonlySet<string>;
}

/**
 * Changes a folder at random for some time: files that appear whole, grow in pieces, are replaced, renamed and removed,
 * folders that move and go. Repeatable by its dice, but for the time that things take.
 */
export async function storm(
  root: string,
  dice: Dice,
  durationMs: number,
  settleMs: number,
): Promise<StormReport> {
  const end = Date.now() + durationMs;
  const pausedTooLong = new Set<string>();
  const writing = new Set<Promise<void>>();
  let versions = 0;
  let changes = 0;
  let serial = 0;
  const at = (path: string): string => join(root, path);
  const folder = (): string => `f${dice.below(TOP)}${dice.chance(0.4) ? `/g${dice.below(3)}` : ''}`;
  const path = (): string => `${folder()}/file-${dice.below(8)}`;
  const content = (): string => `version ${++serial}${'.'.repeat(dice.below(2000))}`;

  async function inPieces(target: string): Promise<void> {
    const fd = fs.openSync(at(target), 'w');
    try {
      for (let pieces = 2 + dice.below(20); pieces > 0; pieces--) {
        fs.writeSync(fd, content());
        const before = Date.now();
        await wait(PIECE_GAP_MS);
        if (Date.now() - before > settleMs / 2) pausedTooLong.add(target.split('/').at(-1)!);
      }
      fs.writeSync(fd, WHOLE);
      versions++;
    } finally {
      fs.closeSync(fd);
    }
  }

  const changesByChance: readonly [weight: number, change: () => void][] = [
    [
      10,
      () => {
        const target = path();
        fs.mkdirSync(dirname(at(target)), { recursive: true });
        fs.writeFileSync(at(target), content() + WHOLE);
        versions++;
      },
    ],
    [
      2,
      () => {
        const target = `${folder()}/pieces-${++serial}`;
        fs.mkdirSync(dirname(at(target)), { recursive: true });
        const work = inPieces(target).finally(() => writing.delete(work));
        writing.add(work);
      },
    ],
    [
      3,
      () => {
        const [from, to] = [path(), path()];
        fs.mkdirSync(dirname(at(to)), { recursive: true });
        fs.renameSync(at(from), at(to));
      },
    ],
    [1, () => fs.renameSync(at(folder()), at(folder()))],
    [3, () => fs.rmSync(at(path()))],
    [0.3, () => fs.rmSync(at(folder()), { recursive: true })],
  ];
  const total = changesByChance.reduce((sum, [weight]) => sum + weight, 0);
  while (Date.now() < end) {
    for (let burst = dice.below(8); burst >= 0; burst--) {
      let left = dice.next() * total;
      const chosen = changesByChance.find(([weight]) => (left -= weight) < 0);
      try {
        chosen?.[1]();
        changes++;
      } catch {
        // nothing there to rename or remove, or the place is taken
      }
    }
    await wait(dice.below(60));
  }
  await Promise.all(writing);
  return { versions, changes, pausedTooLong };
}
