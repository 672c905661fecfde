import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inspectLedger, knownPairs } from '../../../src/sync/ledger/known-pairs.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOBODY = 65534;
const PAIR = { source: '/a', destination: 'stage://d/' };

async function settled(): Promise<string> {
  const folder = await temporaryFolder();
  const ledger = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  ledger.startRun('sync', 1000);
  ledger.finishRun('clean', {}, 2000);
  ledger.close();
  return folder;
}

test('a folder has the pairs of its ledgers, and passes over what is none', async () => {
  const folder = await settled();
  writeFileSync(join(folder, 'other.sqlite'), 'no ledger');
  expect(knownPairs(folder)).toMatchObject([PAIR]);
  expect(knownPairs(join(folder, 'missing'))).toEqual([]);
});

test('a ledger can be read while a run writes it', async () => {
  const folder = await settled();
  const writing = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  onTestFinished(() => writing.close());
  writing.startRun('sync', 3000);
  using reading = closing(inspectLedger(knownPairs(folder)[0]!));
  expect(reading.ledger.runs(1)).toMatchObject([{ started: 3000, finished: null }]);
});

test.runIf(process.geteuid !== undefined)('a ledger can be read in a folder that is read-only', async () => {
  const folder = await settled();
  const [pair] = knownPairs(folder);
  chmodSync(`${pair!.file}.sqlite`, 0o444);
  chmodSync(folder, 0o555);
  const me = process.geteuid!();
  // Nothing is read-only to root.
  if (me === 0) process.seteuid!(NOBODY);
  try {
    expect(knownPairs(folder)).toEqual([pair]);
    using reading = closing(inspectLedger(pair!));
    expect(reading.ledger.runs(1)).toMatchObject([{ outcome: 'clean' }]);
  } finally {
    if (me === 0) process.seteuid!(me);
    chmodSync(folder, 0o755);
  }
});

const closing = (ledger: ReturnType<typeof inspectLedger>) => ({
  ledger,
  [Symbol.dispose]: () => ledger.close(),
});
