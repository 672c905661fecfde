import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Run } from '../measure/child.ts';
import { DEPLOYMENT, runTool } from '../product.ts';
import type { ToolOptions } from '../product.ts';

/** A folder for a ledger that knows nothing yet. */
export function freshState(bench: Bench, name = 'state'): string {
  const state = join(bench.folder, name);
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  return state;
}

/** Folders that nothing is in: `next` gives another one each time. All go at the end. */
export interface FreshTargets extends Disposable {
  next(): string;
}

/**
 * Targets of runs that write many files. Where many files were removed within minutes, ext4 searches long for a place of a new
 * one: so none is removed before the last run.
 */
export function freshTargets(bench: Bench, name: string): FreshTargets {
  const parent = join(bench.folder, name);
  const remove = (): void => rmSync(parent, { recursive: true, force: true });
  remove();
  let runs = 0;
  return {
    next() {
      mkdirSync(parent, { recursive: true });
      return join(parent, String(++runs));
    },
    [Symbol.dispose]: remove,
  };
}

export const stageAddress = (folder: string): string => `stage://${DEPLOYMENT}/${folder}`;

/** `stagesync sync` as a user runs it. */
export const syncRun = (
  bench: Bench,
  source: string,
  folder: string,
  args: readonly string[],
  options: Omit<ToolOptions, 'sinkUrl'>,
): Promise<Run> =>
  runTool(bench.product, ['sync', source, stageAddress(folder), ...args], {
    ...options,
    sinkUrl: bench.sink.url,
  });

/** `stagesync pull` as a user runs it. */
export const pullRun = (
  bench: Bench,
  folder: string,
  target: string,
  args: readonly string[],
  options: Omit<ToolOptions, 'sinkUrl'>,
): Promise<Run> =>
  runTool(bench.product, ['pull', stageAddress(folder), target, ...args], {
    ...options,
    sinkUrl: bench.sink.url,
  });

/** A number of the report at the end of a run with --json. */
export function reported(run: Run): Readonly<Record<string, number | string>> {
  const last = run.stdout.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Record<string, number | string>;
}
