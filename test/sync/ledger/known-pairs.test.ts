import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { inspectLedger, knownPairs } from '../../../src/sync/ledger/known-pairs.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { begunRun, endedRun } from '../../support/engine/runs.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const NOBODY = 65534;
const PAIR = { source: '/a', destination: 'stage://d/' };

async function settled(): Promise<string> {
  const folder = await temporaryFolder();
  const ledger = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  ledger.startRun(begunRun({ startedMs: 1000 }));
  ledger.endRun(endedRun({ startedMs: 1000, endedMs: 2000 }), { isWatch: false });
  ledger.close();
  return folder;
}

test('a folder has the pairs of its ledgers, and passes over what is none', async () => {
  const folder = await settled();
  writeFileSync(join(folder, 'other.sqlite'), 'no ledger');
  writeFileSync(join(folder, `${'0'.repeat(24)}.sqlite`), '');
  expect(knownPairs(folder)).toMatchObject({ pairs: [{ ...PAIR, older: false }], unusable: [] });
  expect(knownPairs(join(folder, 'missing'))).toEqual({ pairs: [], unusable: [] });
});

test('a ledger that is damaged, of a newer release, or of another pair is said to be', async () => {
  const folder = await settled();
  const [pair] = knownPairs(folder).pairs;
  const at = (digit: string): string => join(folder, `${digit.repeat(24)}.sqlite`);
  writeFileSync(at('a'), 'no ledger');
  mkdirSync(at('b'));
  for (const [digit, sql] of [
    ['c', 'PRAGMA user_version = 99'],
    ['d', "DELETE FROM meta WHERE key = 'source'"],
    ['e', ''],
  ] as const) {
    copyFileSync(`${pair!.file}.sqlite`, at(digit));
    using db = new DatabaseSync(at(digit));
    db.exec(sql);
  }
  const { pairs, unusable } = knownPairs(folder);
  expect(pairs).toEqual([pair]);
  expect(unusable.map(({ code, message }) => [code, message])).toEqual([
    ['state_unusable', expect.stringMatching(/a\.sqlite is damaged.*delete it/)],
    ['state_unusable', expect.stringMatching(/b\.sqlite: it is a folder/)],
    ['state_unusable', expect.stringMatching(/c\.sqlite was written by a newer stagesync; upgrade/)],
    ['state_unusable', expect.stringMatching(/d\.sqlite is damaged.*of which pair.*delete it/)],
    [
      'state_unusable',
      expect.stringMatching(/e\.sqlite has the name of another pair than its own.*run that pair once/),
    ],
  ]);
});

test('a state folder that is none is not taken for an empty one', async () => {
  const folder = await settled();
  writeFileSync(join(folder, 'file'), '');
  expect(() => knownPairs(join(folder, 'file'))).toThrow(
    /cannot look into the state folder .*XDG_STATE_HOME/,
  );
});

test('a ledger can be read while a run writes it', async () => {
  const folder = await settled();
  const writing = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  onTestFinished(() => writing.close());
  writing.startRun(begunRun({ startedMs: 3000 }));
  using reading = closing(inspectLedger(knownPairs(folder).pairs[0]!));
  expect(reading.ledger.runs.page({ limit: 1 })).toMatchObject([{ startedMs: 3000, didNotEnd: true }]);
});

test.runIf(process.geteuid !== undefined)('a ledger can be read in a folder that is read-only', async () => {
  const folder = await settled();
  const [pair] = knownPairs(folder).pairs;
  chmodSync(`${pair!.file}.sqlite`, 0o444);
  chmodSync(folder, 0o555);
  const me = process.geteuid!();
  // Nothing is read-only to root.
  if (me === 0) process.seteuid!(NOBODY);
  try {
    expect(knownPairs(folder)).toEqual({ pairs: [pair], unusable: [] });
    using reading = closing(inspectLedger(pair!));
    expect(reading.ledger.runs.page({ limit: 1 })).toMatchObject([{ outcome: 'clean' }]);
  } finally {
    if (me === 0) process.seteuid!(me);
    chmodSync(folder, 0o755);
  }
});

const closing = (ledger: ReturnType<typeof inspectLedger>) => ({
  ledger,
  [Symbol.dispose]: () => ledger.close(),
});
