import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EmulatorOptions, RequestInfo } from '../../src/emulator/options.ts';
import { servedStage, type ServedStage } from '../support/served-stage.ts';
import { snapshotFolder, writeTree } from '../support/trees.ts';

interface Prepared {
  readonly stage: ServedStage;
  readonly data: string;
  /** Changes as Stage made them, in order, since the last call. */
  changes(): RequestInfo[];
  sync(...flags: string[]): ReturnType<ServedStage['cli']['run']>;
}

async function prepared(options: EmulatorOptions, work: (given: Prepared) => Promise<void>): Promise<void> {
  const committed: RequestInfo[] = [];
  const onRequest: EmulatorOptions['onRequest'] = (phase, info) => {
    if (phase === 'committed') committed.push(info);
  };
  await using stage = await servedStage({ ...options, onRequest });
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'sub/b.csv': 'bb', 'sub/c.csv': 'ccc' });
  await work({
    stage,
    data,
    changes: () => committed.splice(0),
    sync: (...flags) => stage.cli.run(['sync', 'data', stage.address, '--json', ...flags]),
  });
}

const isHidden = ({ path }: RequestInfo): boolean => path.startsWith('.stagesync-');

describe.each([
  ['a Stage whose moves do not overwrite', {}],
  ['a Stage whose moves overwrite', { behaviour: { moveOverExisting: 'overwrite' } }],
] as const)('--atomic on %s', (_, options: EmulatorOptions) => {
  test('sends every file to a hidden folder outside the target, and moves it in', async () => {
    await prepared(options, async ({ stage, data, changes, sync }) => {
      expect((await sync('--atomic')).status).toBe(0);
      const first = changes();
      expect(first.filter(({ kind }) => kind === 'putFile').every(isHidden)).toBe(true);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));

      await writeFile(join(data, 'sub/b.csv'), 'edited');
      expect((await sync('--atomic')).status).toBe(0);
      expect(
        changes()
          .filter(({ kind }) => kind === 'putFile')
          .every(isHidden),
      ).toBe(true);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('leaves nothing hidden behind', async () => {
    await prepared(options, async ({ stage, data, sync }) => {
      await sync('--atomic');
      await writeFile(join(data, 'a.csv'), 'edited');
      await sync('--atomic');
      const { signal } = new AbortController();
      expect((await stage.destination.listFolder('', { signal }))?.map(({ name }) => name)).toEqual([
        'target',
      ]);
    });
  });
});

describe('a Stage that does not let an upload replace a file', () => {
  test.each([409, 400])(
    'answering %i: the file is uploaded beside the old one and swapped in',
    async (status) => {
      await prepared({ behaviour: { putOverExisting: status } }, async ({ stage, data, changes, sync }) => {
        await sync();
        await writeTree(data, { 'a.csv': 'edited', 'sub/b.csv': 'edited too' });
        changes();
        const { report } = await sync();
        expect(report).toMatchObject({ outcome: 'clean', uploaded: 2 });
        expect(
          changes().filter(({ kind, path }) => kind === 'remove' && !path.includes('.stagesync-')),
        ).toEqual([]);
        expect(await stage.snapshot()).toEqual(snapshotFolder(data));
      });
    },
  );

  test('the refusal is learnt: later files go by another name at once', async () => {
    await prepared({ behaviour: { putOverExisting: 409 } }, async ({ stage, data, sync }) => {
      const names = Array.from({ length: 30 }, (_, index) => `many/${index}.csv`);
      await writeTree(data, Object.fromEntries(names.map((name) => [name, name])));
      await sync();
      await writeTree(data, Object.fromEntries(names.map((name) => [name, `edited ${name}`])));
      stage.emulator.counters.reset();
      expect((await sync('--concurrency', '1')).status).toBe(0);
      const uploads = stage.emulator.counters.read().byKind.putFile;
      expect(uploads).toBeGreaterThan(names.length);
      // only those already on their way when the first came back were refused too
      expect(uploads).toBeLessThanOrEqual(names.length + 4);
    });
  });
});

describe('--publish-set', () => {
  const flags = ['--atomic', '--publish-set', '--marker', '_SUCCESS'];

  test('moves nothing in before everything is uploaded, and writes the marker last', async () => {
    await prepared({}, async ({ stage, data, changes, sync }) => {
      expect((await sync(...flags)).status).toBe(0);
      const made = changes().filter(({ kind }) => kind !== 'putFolder');
      const uploads = made.filter((change) => change.kind === 'putFile' && isHidden(change));
      const moves = made.filter(({ kind }) => kind === 'move');
      expect(uploads).toHaveLength(3);
      expect(moves).toHaveLength(3);
      expect(made.indexOf(uploads.at(-1)!)).toBeLessThan(made.indexOf(moves[0]!));
      expect(made.findLast(({ kind }) => kind === 'putFile')?.path).toBe('target/_SUCCESS');
      expect(await stage.snapshot()).toEqual({ ...snapshotFolder(data), _SUCCESS: expect.any(String) });
    });
  });

  test('a set of which one file fails is not published at all, and the next run publishes it', async () => {
    const rules = [{ kind: 'putFile', pathPattern: 'c\\.csv', fault: 'status', status: 413 }] as const;
    await prepared({ faults: { rules } }, async ({ stage, data, sync }) => {
      const failed = await sync(...flags);
      expect(failed.status).toBe(3);
      expect(Object.keys(await stage.snapshot())).toEqual(['sub/']);
      stage.emulator.faults.set({});
      expect((await sync(...flags)).status).toBe(0);
      expect(await stage.snapshot()).toEqual({ ...snapshotFolder(data), _SUCCESS: expect.any(String) });
      const { signal } = new AbortController();
      expect((await stage.destination.listFolder('', { signal }))?.map(({ name }) => name)).toEqual([
        'target',
      ]);
    });
  });

  test('a run with nothing to publish writes no marker, and a mirror leaves the marker alone', async () => {
    await prepared({}, async ({ changes, sync }) => {
      await sync(...flags);
      changes();
      expect((await sync(...flags, '--mirror')).status).toBe(0);
      expect(changes()).toEqual([]);
    });
  });
});
