import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../src/filter/filter.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import { runPass } from '../../src/sync/pass.ts';
import { PASS_DEFAULTS } from '../../src/sync/pass-defaults.ts';
import { isSyncError, type SyncError } from '../../src/model/errors.ts';
import { createDice, type Dice } from '../support/trees/dice.ts';
import { createTestClock } from '../support/engine/engine.ts';
import { fakeHost } from '../support/cli/fake-host.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { servedStage } from '../support/stage/served-stage.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { writeTree } from '../support/trees/trees.ts';

const SOURCE = '/data';
const DESTINATION = 'stage://d/t/';
const quiet = new AbortController().signal;

/** Both ends, and a ledger with rows, runs, notes and intents in it, all in a state folder. */
async function settled({ files }: { readonly files: number }) {
  const state = await temporaryFolder();
  const folder = join(state, 'stagesync');
  const clock = createTestClock();
  const source = createMemorySource({ label: SOURCE });
  const stage = createMemoryDestination({ label: DESTINATION, root: 't/', now: () => clock.now() });
  for (let i = 0; i < files; i++)
    source.write(`folder-${i % 13}/a file ${i}`, `content ${i}`, { modifiedMs: clock.now() - i });
  const options = { folder, source: SOURCE, destination: DESTINATION, command: 'test', pid: 1 };

  /** A pass over the ledger as it is; what it rejects or ends with, undefined when all went well. */
  async function pass(): Promise<unknown> {
    try {
      using ledger = closing(openLedger(options));
      const { error } = await runPass({
        ...PASS_DEFAULTS,
        source,
        destination: stage,
        ledger: ledger.it,
        filter: createFilter({ rules: [] }),
        removal: 'ours',
        clock,
        draining: quiet,
        signal: quiet,
        onEvent: () => undefined,
      });
      return error;
    } catch (error) {
      return error;
    }
  }
  expect(await pass()).toBeUndefined();
  source.remove('folder-1/a file 1');
  stage.place('t/foreign', "somebody else's");
  expect(await pass()).toBeUndefined();
  using ledger = closing(openLedger(options));
  ledger.it.addIntents(
    [
      { op: 'put', path: 'folder-2/a file 2', size: 9, version: 'v', reason: 'changed' },
      { op: 'remove', path: 'folder-3/a file 3', reason: 'gone_from_source' },
    ],
    1,
  );
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.sqlite'))!,
  );
  // what a run leaves that is killed now: a log beside the file
  const killed = [file, `${file}-wal`].map((each) => [each, readFileSync(each)] as const);
  return { state, folder, file, killed, pass, stage };
}

const closing = <T extends { close(): void }>(it: T) => ({ it, [Symbol.dispose]: () => it.close() });

/** One thing that a disk, a copy or a hand does to a file. */
function damage(bytes: Buffer, dice: Dice): Buffer {
  const at = dice.below(bytes.length);
  const end = Math.min(bytes.length, at + 1 + dice.below(dice.chance(0.5) ? 8 : 3000));
  switch (dice.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.from(bytes.fill(0, at, end));
    case 2:
      return Buffer.from(bytes.fill('text', at, end));
    case 3: {
      // a page in the place of another
      const [from, to] = [dice.below(bytes.length >> 12), dice.below(bytes.length >> 12)];
      bytes.copy(bytes, to << 12, from << 12, (from + 1) << 12);
      return bytes;
    }
    default:
      for (let i = dice.below(40); i >= 0; i--) {
        const flipped = dice.below(bytes.length);
        bytes[flipped] = bytes[flipped]! ^ (1 << dice.below(8));
      }
      return bytes;
  }
}

const SEEDS = Number(process.env['STAGESYNC_LEDGER_SEEDS'] ?? 40);
const FIRST = Number(process.env['STAGESYNC_LEDGER_FIRST'] ?? 1);

// the two sizes put different things at the ends of pages
test.each([350, 700])(
  `a ledger of %i files damaged at any place, ${SEEDS} times, is state_unusable or does no harm, to all that read it`,
  async (files) => {
    const { state, folder, file, killed, pass, stage } = await settled({ files });
    const whole = readFileSync(file); // closed: without a log
    const before = new Map(stage.files);
    let refused = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      const dice = createDice(seed);
      if (dice.chance(0.7)) writeFileSync(file, damage(Buffer.from(whole), dice));
      else {
        for (const [each, bytes] of killed) writeFileSync(each, damage(Buffer.from(bytes), dice));
        if (dice.chance(0.3)) writeFileSync(`${file}-shm`, damage(Buffer.alloc(32_768), dice));
      }
      for (const args of [['status', '--json'], ['status'], ['explain', 'stage://d/t/folder-2/a file 2']]) {
        const fake = fakeHost({ XDG_STATE_HOME: state });
        const status = await main(args, fake.host);
        expect([0, 2, 3], `seed ${seed}: ${args.join(' ')}: ${fake.stderr()}`).toContain(status);
        if (status === 2)
          expect(fake.stderr(), `seed ${seed}`).toMatch(/^stagesync: .*(delete it|upgrade|XDG_STATE_HOME)/);
      }
      const error = await pass();
      if (error !== undefined) {
        refused++;
        expect(isSyncError(error), `seed ${seed}: ${(error as Error).stack}`).toBe(true);
        expect((error as SyncError).code, `seed ${seed}: ${(error as Error).message}`).toBe('state_unusable');
        expect((error as SyncError).message).toMatch(/delete|upgrade|XDG_STATE_HOME/);
      }
      expect(stage.text('t/foreign'), `seed ${seed}`).toBe("somebody else's");
      stage.files.clear();
      for (const [path, content] of before) stage.files.set(path, content);
    }
    expect(refused).toBeGreaterThan(SEEDS / 10);
  },
  120_000 + SEEDS * 500,
);

/** The others are opened in the same way. */
const EVERY_COMMAND = ['lacks a table', 'has a change of a kind that is unknown', 'is a folder'];

const REBUILT = (table: string, columns: string): string =>
  `CREATE TABLE other AS SELECT ${columns} FROM ${table}; DROP TABLE ${table}; ALTER TABLE other RENAME TO ${table};`;

test.each<[string, string | ((file: string) => void)]>([
  ['lacks a table', 'DROP TABLE verdict'],
  ['lacks a column', 'DROP INDEX entry_pending; ALTER TABLE entry DROP COLUMN digest'],
  ['has a table without its rules', REBUILT('entry', '*')],
  [
    'has text for a size',
    `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, ', ''); PRAGMA writable_schema = RESET;`,
  ],
  [
    'has a change of a kind that is unknown',
    `INSERT INTO intent (op, path, reason, at) VALUES ('conquer', 'x', 'y', 1)`,
  ],
  ['has a move to nowhere', `INSERT INTO intent (op, path, reason, at) VALUES ('move', 'x', 'y', 1)`],
  [
    'has a hidden folder of no name',
    `INSERT INTO intent (op, path, reason, at) VALUES ('staging', '', 'y', 1)`,
  ],
  ['has a number beyond all numbers', 'UPDATE entry SET size = 9223372036854775807'],
  ['is of another pair', `UPDATE meta SET value = '/other' WHERE key = 'source'`],
  ['says of no pair', 'DELETE FROM meta'],
  ['is a folder', (file) => (rmSync(file), mkdirSync(file))],
  ['is empty of bytes in the middle', (file) => writeFileSync(file, readFileSync(file).fill(0, 4096))],
])('a ledger that %s: all that read it end with status 2 and the way out', async (name, how) => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
  expect((await cli.run(['plan', 'data', address, '-o', 'plan'])).status).toBe(0);
  const file = join(
    cli.stateFolder,
    readdirSync(cli.stateFolder).find((each) => each.endsWith('.sqlite'))!,
  );
  if (typeof how === 'string') {
    // node's default, defensive, lets nobody write the schema
    using db = new DatabaseSync(file, { defensive: false });
    db.exec(how);
    if (name.includes('text')) db.exec("UPDATE entry SET size = 'text' WHERE path = 'a.csv'");
  } else how(file);
  const sent = stage.changingRequests();
  for (const args of [
    ['sync', 'data', address, '--delete'],
    ['explain', 'data/a.csv'],
    // what a row holds is seen when it is read, which these do not
    ...(/text|number/.test(name) ? [] : [['status']]),
    ...(EVERY_COMMAND.includes(name)
      ? [
          ['sync', 'data', address, '-n'],
          ['plan', 'data', address, '-o', 'other'],
          ['apply', 'plan'],
          ['watch', 'data', address, '--log', 'text'],
        ]
      : []),
  ]) {
    const { status, stderr } = await cli.run(args);
    expect([args[0], status, stderr]).toEqual([args[0], 2, expect.stringContaining(file)]);
    expect(stderr).toMatch(/^stagesync: .*(delete it|remove it).*\n$/);
  }
  expect(readdirSync(cli.folder).sort()).toEqual(['data', 'plan']);
  expect(stage.changingRequests()).toBe(sent);
  rmSync(file, { recursive: true });
  expect((await cli.run(['sync', 'data', address, '--json'])).report).toMatchObject({
    uploaded: 0,
    adopted: 2,
  });
});
