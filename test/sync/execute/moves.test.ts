import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createEngine } from '../../support/engine.ts';
import { createMemoryDestination } from '../../support/memory-destination.ts';
import type { MemoryCall } from '../../support/memory-destination.ts';

function setUp(moveOverwrites = true) {
  let now = 1_700_000_000_000;
  const hooks: {
    before?: ((call: MemoryCall) => void) | undefined;
    after?: ((call: MemoryCall) => void) | undefined;
  } = {};
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    moveOverwrites,
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
  });
  return { source, stage, hooks };
}

const unavailable = (): SyncError =>
  new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt: true });

test('a swap whose first step fails leaves no name empty, on a Stage whose moves replace files', async () => {
  const { source, stage, hooks } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'content of a', { modifiedMs: 1 });
  source.write('b', 'that of b', { modifiedMs: 1 });
  await engine.pass();
  source.move('a', 'aside');
  source.move('b', 'a');
  source.move('aside', 'b');
  hooks.before = ({ kind, path }) => {
    if (kind === 'move' && (path === 'a' || path === 'b')) throw unavailable();
  };
  await engine.pass();
  expect(stage.text('a')).toBe('that of b');
  expect(stage.text('b')).toBe('content of a');
  hooks.before = undefined;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
  expect([...stage.files.keys()].sort()).toEqual(['a', 'b']);
});

test('a chain whose end cannot be moved destroys nothing on the way', async () => {
  const { source, stage, hooks } = setUp();
  using engine = createEngine(source, stage);
  for (const name of ['x/', 'y/'])
    for (const file of ['1', '2']) source.write(`${name}${file}`, `${name} ${file}`, { modifiedMs: 1 });
  await engine.pass();
  source.move('y/', 'z/');
  source.move('x/', 'y/');
  hooks.before = ({ kind, path }) => {
    if (kind === 'move' && path === 'y/') throw unavailable();
  };
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report.outcome).toBe('failures');
  // nothing of either folder is lost, whatever name it has now
  const contents = [...stage.files.values()].map(({ bytes }) => Buffer.from(bytes).toString());
  for (const wanted of ['x/ 1', 'x/ 2', 'y/ 1', 'y/ 2']) expect(contents).toContain(wanted);
  hooks.before = undefined;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
  expect([...stage.files.keys()].sort()).toEqual(['y/1', 'y/2', 'z/1', 'z/2']);
});

test('a move whose reply is lost at the last attempt is resolved by looking', async () => {
  const { source, stage, hooks } = setUp(false);
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  await engine.pass();
  source.move('a', 'b');
  hooks.after = ({ kind }) => {
    if (kind === 'move') throw unavailable();
  };
  expect((await engine.pass({ attempts: 1 })).report).toMatchObject({
    outcome: 'clean',
    moved: 1,
    uploaded: 0,
  });
  hooks.after = undefined;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', moved: 0, unchanged: 1 });
});
