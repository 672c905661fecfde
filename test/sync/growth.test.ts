import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { StatementSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFilter } from '../../src/filter/filter.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import { PASS_DEFAULTS } from '../../src/sync/pass-defaults.ts';
import { runPass } from '../../src/sync/pass.ts';
import { rowsBefore, SyntheticDestination, syntheticSource } from '../scale/growth/synthetic-tree.ts';
import type { Change, SyntheticTree } from '../scale/growth/synthetic-tree.ts';
import { createTestClock } from '../support/engine/engine.ts';

/** What a pass did, for each of its files. */
interface Cost {
  /** Statements of ledger and plan. */
  readonly statements: number;
  /** Texts that were compared by their beginnings: a path and a folder. */
  readonly comparisons: number;
  /** Bytes given to write(); NaN where the system does not tell. */
  readonly written: number;
  /** The most rows that one statement gave. */
  readonly held: number;
}

const written = (): number => {
  try {
    return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
  } catch {
    return Number.NaN;
  }
};

async function costOf(tree: SyntheticTree): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-growth-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const source = syntheticSource(tree);
  const destination = new SyntheticDestination(tree);
  const { label } = source;
  const ledger = openLedger({
    folder,
    source: label,
    destination: destination.label,
    command: 'test',
    pid: 1,
  });
  if (tree.change !== 'new')
    ledger.transaction(() => {
      for (const row of rowsBefore(tree)) ledger.put(row, 'new');
    });
  const count = { statements: 0, comparisons: 0, held: 0 };
  const restore = [
    ...(['run', 'get'] as const).map((name) =>
      observe(StatementSync.prototype, name, () => count.statements++),
    ),
    observe(StatementSync.prototype, 'all', (rows) => {
      count.statements++;
      count.held = Math.max(count.held, (rows as unknown[]).length);
    }),
    observe(String.prototype, 'startsWith', () => count.comparisons++),
  ];
  const before = written();
  const { signal } = new AbortController();
  try {
    const { report } = await runPass({
      source,
      destination,
      ledger,
      filter: createFilter({ rules: [] }),
      ...PASS_DEFAULTS,
      clock: createTestClock(),
      concurrency: 16,
      removal: 'ours',
      maxDelete: { percent: 100 },
      draining: signal,
      signal,
      onEvent: () => undefined,
    });
    expect([report.outcome, destination.isEqual]).toEqual(['clean', true]);
    ledger.close();
    const files = tree.folders * tree.filesPerFolder;
    return {
      statements: count.statements / files,
      comparisons: count.comparisons / files,
      written: (written() - before) / files,
      held: count.held,
    };
  } finally {
    for (const each of restore) each();
  }
}

/** Calls `onCall` with each result of a method. Returns what ends that. */
function observe<T extends object>(
  prototype: T,
  name: keyof T,
  onCall: (result: unknown) => void,
): () => void {
  const method = prototype[name] as (...values: unknown[]) => unknown;
  const observed = function (this: unknown, ...values: unknown[]): unknown {
    const result = method.apply(this, values);
    onCall(result);
    return result;
  };
  prototype[name] = observed as T[keyof T];
  return () => {
    prototype[name] = method as T[keyof T];
  };
}

test.each<[Change, number]>([
  ['new', 2600],
  ['folders', 3500],
  ['files', 4000],
  ['chains', 20_000],
  ['removed', 1500],
])(
  'what a file costs does not grow with their number, nor does what is held of them: %s',
  async (change, mostWritten) => {
    const few = await costOf({ change, folders: 15, filesPerFolder: 20 });
    const many = await costOf({ change, folders: 90, filesPerFolder: 20 });
    expect(many.statements).toBeLessThan(few.statements * 1.1 + 0.1);
    expect(many.comparisons).toBeLessThan(few.comparisons * 1.1 + 0.1);
    // whole folders and pages, never all
    expect(many.held).toBeLessThanOrEqual(500);
    if (!Number.isNaN(many.written)) expect(many.written).toBeLessThan(mostWritten);
  },
);
