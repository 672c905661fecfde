import { expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/sync/load/load-options.ts';
import { createLoadWorld, type LoadWorld } from '../../support/load/load-world.ts';

const NEW_NAME = { reload: 'new-name' } as const satisfies Partial<LoadOptions>;
/** The lag of views that a pass allows for. */
const LATER_MS = 10_000;

const contents = ({ destination }: LoadWorld): Record<string, string | undefined> =>
  Object.fromEntries([...destination.files.keys()].map((name) => [name, destination.text(name)]));
const read = ({ pipelines }: LoadWorld): string[] =>
  pipelines.readings.map(({ path, content }) => `${path} ${content}`);

/** A world in which a.csv was loaded, changed, sent, and got the name a~2.csv. */
async function renamed(world: LoadWorld): Promise<void> {
  world.source.write('a.csv', 'one');
  await world.pass(NEW_NAME);
  world.pipelines.batch();
  world.source.write('a.csv', 'six');
  await world.pass(NEW_NAME);
}

async function turns(world: LoadWorld, count: number, load: Partial<LoadOptions> = NEW_NAME): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await world.pass(load);
    world.pipelines.batch();
    world.clock.at += LATER_MS;
  }
}

test('a file of the source that comes to a name of ours which was read is read too, though it is of the same size', async () => {
  using world = createLoadWorld();
  await renamed(world);
  await turns(world, 2);
  world.source.write('a~2.csv', 'own');
  await turns(world, 4);
  expect(contents(world)).toEqual({ 'in/a.csv': 'six', 'in/a~2~2.csv': 'own' });
  expect(read(world)).toEqual(['in/a.csv one', 'in/a~2.csv six', 'in/a~2~2.csv own']);
});

test.each([
  ['to a name that ours has left', NEW_NAME],
  ['by a pass that does not ask for loading', undefined],
] as const)('the same where it comes %s', async (_, load) => {
  using world = createLoadWorld();
  await renamed(world);
  world.pipelines.batch();
  world.source.write('a.csv', 'ten');
  await turns(world, 2);
  expect(contents(world)).toEqual({ 'in/a~3.csv': 'ten' });
  world.source.write('a~2.csv', 'own');
  await world.pass(NEW_NAME, load === undefined ? { load } : {});
  await turns(world, 4);
  expect(read(world)).toEqual(['in/a.csv one', 'in/a~2.csv six', 'in/a~3.csv ten', 'in/a~2~2.csv own']);
});

test('a file that its owner renames to the name that it has needs nothing', async () => {
  using world = createLoadWorld();
  await renamed(world);
  await turns(world, 1);
  world.source.move('a.csv', 'a~2.csv');
  await turns(world, 3);
  expect(contents(world)).toEqual({ 'in/a~2.csv': 'six' });
  expect(read(world)).toEqual(['in/a.csv one', 'in/a~2.csv six']);
});

test.each([true, false])(
  'ours does not take its path back from somebody else (moves replace files: %s)',
  async (moveOverwrites) => {
    using world = createLoadWorld({ destination: { moveOverwrites } });
    await renamed(world);
    world.pipelines.batch();
    world.source.remove('a.csv');
    world.source.write('a~2.csv', 'own');
    world.destination.place('in/a.csv', 'theirs');
    await turns(world, 3);
    expect(contents(world)).toEqual({ 'in/a.csv': 'theirs', 'in/a~2~2.csv': 'own', 'in/a~3.csv': 'six' });
  },
);

test('a folder that the source has later takes the name, whether it is new or moves there', async () => {
  using world = createLoadWorld();
  world.source.write('d/x.csv', 'x');
  world.source.write('d/y.csv', 'y');
  await renamed(world);
  world.source.write('a~2.csv/new.csv', 'new');
  expect((await world.pass(NEW_NAME)).report.failed).toBe(0);
  await turns(world, 2);
  world.source.move('d/', 'a~3.csv/');
  expect((await world.pass(NEW_NAME)).report).toMatchObject({ failed: 0, uploaded: 0 });
  await turns(world, 2);
  expect(Object.keys(contents(world)).sort()).toEqual([
    'in/a.csv',
    'in/a~2.csv/new.csv',
    'in/a~3.csv/x.csv',
    'in/a~3.csv/y.csv',
  ]);
});

test('a name that a folder has is passed over', async () => {
  using world = createLoadWorld();
  world.destination.place('in/a~2.csv/x', 'theirs');
  await renamed(world);
  expect(contents(world)).toEqual({ 'in/a~2.csv/x': 'theirs', 'in/a~3.csv': 'six' });
});

test.each(['drop-file', 'warn'] as const)(
  'where a folder comes back, the name that the file has is the one to drop: %s',
  async (reload) => {
    using world = createLoadWorld();
    world.source.write('d/a.csv', 'one');
    await world.pass(NEW_NAME);
    world.pipelines.batch();
    world.source.write('d/a.csv', 'six');
    await turns(world, 2);
    world.source.move('d/', 'e/');
    await turns(world, 2);
    world.source.move('e/', 'd/');
    await turns(world, 2, { reload });
    const statements = world.engine.events.flatMap((event) =>
      event.type === 'reload' && event.statement !== undefined ? [event.statement] : [],
    );
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter((statement) => !statement.includes("'in/d/a~2.csv'"))).toEqual([]);
  },
);

test('what others wrote over an earlier content is shown as theirs, and a mirror without loading removes it', async () => {
  using world = createLoadWorld();
  await renamed(world);
  world.source.write('a.csv', 'ten');
  await world.pass({}, { load: undefined });
  expect(contents(world)).toEqual({ 'in/a.csv': 'ten', 'in/a~2.csv': 'six' });
  world.destination.place('in/a~2.csv', 'others wrote this');
  const { report } = await world.pass({}, { load: undefined, removal: 'everything' });
  expect(report).toMatchObject({ uploaded: 0, removed: 1 });
  expect(contents(world)).toEqual({ 'in/a.csv': 'ten' });
});

/** A pass whose process dies right after a move to this name. */
async function dieAfterMove(world: LoadWorld, deaths: { to: string | undefined }, to: string): Promise<void> {
  deaths.to = to;
  await expect(world.pass(NEW_NAME)).rejects.toThrow('killed');
  deaths.to = undefined;
}

test('killed while a file gets its third name, the next run knows it there', async () => {
  const deaths: { to: string | undefined } = { to: undefined };
  using world = createLoadWorld({
    destination: {
      after: ({ kind, to }) => {
        if (kind === 'move' && to === deaths.to) throw new Error('killed');
      },
    },
  });
  world.source.write('d/a.csv', 'one');
  await world.pass(NEW_NAME);
  world.pipelines.batch();
  world.source.write('d/a.csv', 'six');
  await turns(world, 2);
  world.source.move('d/', 'e/');
  await turns(world, 2);
  world.source.move('e/', 'd/');
  await dieAfterMove(world, deaths, 'in/d/a~3.csv');
  const { report } = await world.pass(NEW_NAME);
  expect(report).toMatchObject({ uploaded: 0, unchanged: 1 });
  expect(contents(world)).toEqual({ 'in/d/a~3.csv': 'six' });
});

test('where a move sets new times, the version before leaves also after its folder has moved', async () => {
  using world = createLoadWorld({ destination: { moveSetsTime: true } });
  world.source.write('d/a.csv', 'one');
  await world.pass(NEW_NAME);
  world.pipelines.batch();
  world.source.write('d/a.csv', 'six');
  await turns(world, 2);
  world.clock.at += LATER_MS;
  world.source.move('d/', 'e/');
  await turns(world, 2);
  world.source.write('e/a.csv', 'ten');
  await turns(world, 3);
  expect(Object.values(contents(world))).toEqual(['ten']);
});
