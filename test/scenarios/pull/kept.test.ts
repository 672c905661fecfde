import { readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const call = { signal: new AbortController().signal };

interface Pulled extends ServedStage {
  put(path: string, text: string): Promise<void>;
  edit(path: string, text: string): Promise<void>;
  text(path: string): Promise<string>;
  pull(...flags: readonly string[]): Promise<{ readonly status: number; readonly problems: string[] }>;
}

/** A Stage folder with three files, which a pull brought to `out`. */
async function pulled(): Promise<Pulled> {
  const stage = await servedStage();
  const at = (path: string): string => join(stage.cli.folder, 'out', path);
  const pair: Pulled = Object.assign(stage, {
    async put(path: string, text: string) {
      await stage.destination.put(`target/${path}`, { size: text.length, bytes: Buffer.from(text) }, call);
    },
    async edit(path: string, text: string) {
      await writeTree(join(stage.cli.folder, 'out'), { [path]: text });
      // a person is not as fast as a test: by its time the file is another one
      const later = Date.now() / 1000 + 5;
      await utimes(at(path), later, later);
    },
    text: (path: string) => readFile(at(path), 'utf8'),
    async pull(...flags: readonly string[]) {
      const run = await commandInside(stage.cli, ['pull', stage.address, 'out', '--json', ...flags]);
      const problems = run.events.flatMap((event) =>
        event.type === 'problem' ? [`${event.severity} ${event.code} ${event.path}`] : [],
      );
      return { status: run.status, problems };
    },
  });
  await stage.destination.makeFolder('target/', call);
  for (const path of ['a', 'b', 'c']) await pair.put(path, `first ${path}`);
  expect(await pair.pull()).toEqual({ status: 0, problems: [] });
  return pair;
}

test('a file that was changed here is kept, whether or not Stage has a new one, and --theirs takes that of Stage', async () => {
  await using pair = await pulled();
  await pair.edit('a', 'mine a');
  await pair.edit('b', 'mine b');
  await pair.put('a', 'second version of a');
  for (let run = 0; run < 2; run++)
    expect(await pair.pull('--delete')).toEqual({
      status: 3,
      problems: ['failure not_replaced a', 'warning not_replaced b'],
    });
  expect([await pair.text('a'), await pair.text('b')]).toEqual(['mine a', 'mine b']);
  expect(await pair.pull('--theirs')).toEqual({ status: 0, problems: [] });
  expect([await pair.text('a'), await pair.text('b')]).toEqual(['second version of a', 'first b']);
});

test('a file that no run put there is kept, and the others arrive', async () => {
  await using pair = await pulled();
  await pair.edit('new', 'mine, of another size');
  await pair.put('new', 'theirs');
  await pair.put('other', 'other');
  expect(await pair.pull('--mirror')).toEqual({ status: 3, problems: ['failure not_replaced new'] });
  expect([await pair.text('new'), await pair.text('other')]).toEqual(['mine, of another size', 'other']);
  await pair.pull('--theirs');
  expect(await pair.text('new')).toBe('theirs');
});

test('a file that was taken for equal by its size is not ours: what Stage has new of it does not replace it', async () => {
  await using pair = await pulled();
  await pair.edit('same', '123');
  await pair.put('same', 'abc');
  const later = Date.now() / 1000 + 60;
  await utimes(join(pair.cli.folder, 'out', 'same'), later, later);
  expect(await pair.pull()).toEqual({ status: 0, problems: [] });
  await pair.put('same', 'abcd');
  expect(await pair.pull()).toEqual({ status: 3, problems: ['failure not_replaced same'] });
  expect(await pair.text('same')).toBe('123');
});

test('a changed file that Stage has no more is kept with --delete; only --mirror removes it', async () => {
  await using pair = await pulled();
  await pair.edit('a', 'mine a');
  await pair.destination.remove('target/a', call);
  expect(await pair.pull('--delete')).toEqual({ status: 0, problems: ['warning changed_on_stage a'] });
  expect(await pair.text('a')).toBe('mine a');
  await pair.pull('--mirror');
  await expect(pair.text('a')).rejects.toThrow(/ENOENT/);
});

test('with --compare content a file that differs in its bytes alone is kept too', async () => {
  await using pair = await pulled();
  const at = join(pair.cli.folder, 'out', 'a');
  const { modifiedMs } = (await pair.destination.stat('target/a', call))!;
  await writeTree(join(pair.cli.folder, 'out'), { a: 'FIRST A' });
  await utimes(at, modifiedMs! / 1000, (modifiedMs! + 0.5) / 1000);
  expect(await pair.pull()).toEqual({ status: 0, problems: [] });
  expect(await pair.pull('--compare', 'content')).toEqual({
    status: 0,
    problems: ['warning not_replaced a'],
  });
  expect(await pair.text('a')).toBe('FIRST A');
  expect(await pair.pull('--compare', 'content', '--theirs')).toEqual({ status: 0, problems: [] });
  expect(await pair.text('a')).toBe('first a');
});

test('with --publish-set what was changed here is kept, and nothing of the set comes', async () => {
  await using pair = await pulled();
  await pair.edit('a', 'mine a');
  await pair.put('a', 'second version of a');
  await pair.put('new', 'new');
  const { status } = await pair.pull('--atomic', '--publish-set');
  expect(status).toBe(3);
  expect(await pair.text('a')).toBe('mine a');
});
