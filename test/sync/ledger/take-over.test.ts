import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDryRunLedger } from '../../../src/sync/ledger/dry-run-ledger.ts';
import { knownPairs } from '../../../src/sync/ledger/known-pairs.ts';
import { openLedger, pairName } from '../../../src/sync/ledger/open-ledger.ts';
import { writeFormat1, writeFormat2, type Format1Row } from '../../support/engine/former-ledgers.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const PAIR = { source: '/real/data', destination: 'stage://d/in/' };
const TYPED = '/link/data';
const ROWS: Format1Row[] = [{ path: 'a', size: 3, version: 'v', reason: 'uploaded' }];

const optionsIn = (folder: string) => ({ ...PAIR, folder, formerSource: TYPED, command: 'sync', pid: 1 });

/** The ledger that a pair had under its source's path as typed. Returns its folder and file. */
async function former(write: typeof writeFormat1 = writeFormat2) {
  const folder = await temporaryFolder();
  return { folder, file: write(folder, { ...PAIR, source: TYPED }, ROWS) };
}

/** As a run that was killed before the file had its new name left the ledger. */
async function halfTaken() {
  const left = await former();
  using db = new DatabaseSync(left.file);
  db.prepare("UPDATE meta SET value = ? WHERE key = 'source'").run(PAIR.source);
  return left;
}

test.each([
  [1, writeFormat1],
  [2, writeFormat2],
] as const)('a ledger of format %i under a former path of the source goes on', async (_, write) => {
  const { folder, file } = await former(write);
  const ledger = openLedger(optionsIn(folder));
  expect(ledger.get('a')).toMatchObject({ size: 3, version: 'v', adopted: false });
  ledger.close();
  expect(existsSync(file)).toBe(false);
  expect(knownPairs(folder)).toMatchObject({ pairs: [PAIR], unusable: [] });
});

test('a take-over that was killed before its last step is told of, and ended by the next run', async () => {
  const { folder, file } = await halfTaken();
  expect(knownPairs(folder).unusable.map(({ message }) => message)).toEqual([
    expect.stringMatching(/run that pair once/),
  ]);
  const ledger = openLedger(optionsIn(folder));
  expect(ledger.get('a')).toMatchObject({ size: 3 });
  ledger.close();
  expect(existsSync(file)).toBe(false);
});

test('a dry run reads a ledger under a former path, and leaves it there', async () => {
  const { folder, file } = await former();
  const ledger = openDryRunLedger(optionsIn(folder));
  expect(ledger.get('a')).toMatchObject({ size: 3 });
  ledger.close();
  expect(existsSync(file)).toBe(true);
});

test('a dry run does not take a ledger for damaged that a killed run had half taken over', async () => {
  const { folder } = await halfTaken();
  const ledger = openDryRunLedger(optionsIn(folder));
  expect(ledger.get('a')).toMatchObject({ size: 3 });
  ledger.close();
});

test('while another command reads the ledger, nothing is said against the state folder, and it stays', async () => {
  const { folder, file } = await former();
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.prepare('SELECT count(*) FROM entry').get();
  expect(() => openLedger(optionsIn(folder))).toThrow(
    expect.objectContaining({ code: 'locked', message: expect.stringMatching(/another command reads/) }),
  );
  reader.close();
  expect(existsSync(join(folder, `${pairName(PAIR.source, PAIR.destination)}.sqlite`))).toBe(false);
  openLedger(optionsIn(folder)).close();
});
