// node measured-pass.ts FOLDER CHANGE FOLDERS FILES LANES: one pass of the engine over ends that are made up, in a process of its
// own. Prints what it cost as one line of JSON. With `seed` behind it: writes the ledger of the pass before, and no more.
import { readFileSync, statSync } from 'node:fs';
import { createFilter } from '../../../src/filter/filter.ts';
import { keepHeapSmall } from '../../../src/cli/process/small-heap.ts';
import { batchesOf } from '../../../src/sync/execute/batches.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';
import { runPass } from '../../../src/sync/pass.ts';
import { rowsBefore, SyntheticDestination, syntheticSource } from './synthetic-tree.ts';
import type { Change, SyntheticTree } from './synthetic-tree.ts';

/** What one pass cost. Linux only: the kernel is asked. */
export interface MeasuredPass {
  readonly outcome: string;
  readonly isEqual: boolean;
  readonly requests: number;
  readonly cpuMs: number;
  /** VmHWM, in bytes. */
  readonly peakBytes: number;
  /** Given to write(), in bytes: the ledger, its log, and the waiting plan. */
  readonly writtenBytes: number;
  /** The ledger's file at the end, and the most that its log ever was, in bytes. */
  readonly ledgerBytes: number;
  readonly logBytes: number;
}

const [folder = '', change = '', folders = '', files = '', lanes = '', seed] = process.argv.slice(2);
const tree: SyntheticTree = {
  change: change as Change,
  folders: Number(folders),
  filesPerFolder: Number(files),
};
const source = syntheticSource(tree);
const destination = new SyntheticDestination(tree);
const open = () =>
  openLedger({
    folder,
    source: source.label,
    destination: destination.label,
    command: 'growth',
    pid: process.pid,
  });

function writeRows(): void {
  const ledger = open();
  for (const batch of batchesOf(rowsBefore(tree), 5000))
    ledger.transaction(() => {
      for (const row of batch) ledger.put(row, 'new');
    });
  ledger.close();
}

const inProc = (file: string, pattern: RegExp): number =>
  Number(pattern.exec(readFileSync(`/proc/self/${file}`, 'latin1'))?.[1]);
const written = (): number => inProc('io', /wchar: (\d+)/);

async function measure(): Promise<MeasuredPass> {
  keepHeapSmall();
  const ledger = open();
  const [before, cpu] = [written(), process.cpuUsage()];
  const { signal } = new AbortController();
  const { report } = await runPass({
    source,
    destination,
    ledger,
    filter: createFilter({ rules: [] }),
    ...PASS_DEFAULTS,
    concurrency: Number(lanes),
    removal: 'ours',
    maxDelete: { percent: 100 },
    draining: signal,
    signal,
    onEvent: () => undefined,
  });
  const logBytes = statSync(`${ledger.file}-wal`).size;
  ledger.close();
  const { user, system } = process.cpuUsage(cpu);
  return {
    outcome: report.outcome,
    isEqual: destination.isEqual,
    requests: destination.requests,
    cpuMs: (user + system) / 1000,
    peakBytes: inProc('status', /VmHWM:\s+(\d+) kB/) * 1024,
    writtenBytes: written() - before,
    ledgerBytes: statSync(ledger.file).size,
    logBytes,
  };
}

if (seed === 'seed') writeRows();
else console.log(JSON.stringify(await measure()));
