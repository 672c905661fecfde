import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { done, watchedPair } from '../../support/engine/watched-pair.ts';

const HOUR = 3_600_000;

test('compares everything at the start, then waits', async () => {
  const pair = await watchedPair({ files: { a: '1', 'x/b': '2' } });
  expect(pair.passes()).toEqual(['everything']);
  expect(pair.loop.status).toMatchObject({ state: 'idle', mode: 'memory', waiting: 0 });
  expect(pair.stage.text('x/b')).toBe('2');
  expect(pair.states()).toEqual(['listing', 'transferring', 'idle']);
});

test('a hint leads to one look at its folders, a settle time later, without listing Stage', async () => {
  const pair = await watchedPair({ files: { a: '1', 'x/b': '2' } });
  pair.passes();
  const calls = pair.stage.calls.length;
  pair.source.write('x/c', 'new');
  pair.hint(['x/']);
  pair.hint(['x/']);
  await pair.clock.pass(999);
  expect(pair.passes()).toEqual([]);
  await pair.clock.pass(1);
  expect(pair.passes()).toEqual([['x/']]);
  expect(pair.stage.text('x/c')).toBe('new');
  // one upload and the listing that confirms it
  expect(pair.stage.calls.slice(calls).map(({ kind }) => kind)).toEqual(['put', 'listFolder']);
});

test('a file that is still being written is left out, looked at again, and uploaded once', async () => {
  const pair = await watchedPair({ files: { a: '1' } });
  pair.passes();
  for (let piece = 1; piece <= 6; piece++) {
    pair.source.write('big', 'x'.repeat(piece));
    pair.hint(['']);
    await pair.clock.pass(700);
  }
  expect(pair.stage.text('big')).toBeUndefined();
  await pair.clock.pass(1000);
  expect(pair.stage.text('big')).toBe('xxxxxx');
  expect(done(pair.events).filter((each) => each === 'upload big')).toHaveLength(1);
  await pair.clock.pass(60_000);
  expect(pair.loop.status).toMatchObject({ state: 'idle', waiting: 0, oldestChangeMs: undefined });
});

test('a file with a time in the future settles by being watched', async () => {
  const pair = await watchedPair({ files: { a: '1' } });
  pair.source.write('f', 'x', { modifiedMs: pair.clock.now() + HOUR });
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.stage.text('f')).toBeUndefined();
  await pair.clock.pass(1100);
  expect(pair.stage.text('f')).toBe('x');
  pair.passes();
  await pair.clock.pass(60_000);
  expect(pair.passes()).toEqual([]);
});

test('without settling a hint is acted on at once, as a bucket wants it', async () => {
  const pair = await watchedPair({ files: { a: '1' }, settleMs: 0 });
  pair.source.write('f', 'x');
  pair.hint(['']);
  await pair.clock.pass(500);
  expect(pair.stage.text('f')).toBe('x');
});

test('hints that come during a pass make exactly one more', async () => {
  let open = (): void => undefined;
  const door = new Promise<void>((resolve) => (open = resolve));
  const pair = await watchedPair({
    files: { a: '1' },
    stage: { before: ({ path }) => (path === 'slow' ? door : undefined) },
  });
  pair.passes();
  pair.source.write('slow', '1', { modifiedMs: 0 });
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.loop.status.state).toBe('transferring');
  pair.source.write('x/b', '2', { modifiedMs: 0 });
  for (let i = 0; i < 10; i++) pair.hint(['x/', '']);
  await pair.clock.pass(5000);
  expect(pair.passes()).toEqual([['']]);
  open();
  await pair.clock.pass(100);
  expect(pair.passes()).toEqual([['', 'x/']]);
  expect(pair.stage.text('x/b')).toBe('2');
  await pair.clock.pass(10_000);
  expect(pair.passes()).toEqual([]);
});

test('a rename within a batch is a move, and so is that of a folder', async () => {
  const pair = await watchedPair({ files: { a: 'one', 'x/b': 'two', 'x/c': 'three' } });
  pair.source.move('a', 'x/a');
  pair.source.move('x/', 'y/');
  pair.hint(['', 'x/', 'y/']);
  pair.events.length = 0;
  const from = pair.stage.calls.length;
  const moved = (): string[] =>
    pair.stage.calls
      .slice(from)
      .filter(({ kind }) => kind === 'move')
      .map(({ path, to }) => `${path} ${to}`)
      .toSorted();
  await pair.clock.pass(1000);
  expect(done(pair.events).toSorted()).toEqual([
    'move a -> y/a',
    'move x/ -> y/',
    // each file that goes with its folder is told of; they cost no request
    'move x/b -> y/b',
    'move x/c -> y/c',
  ]);
  expect(moved()).toEqual(['a y/a', 'x/ y/']);
});

test('everything is compared again after its time, and after lost events', async () => {
  const pair = await watchedPair({ files: { a: '1' } });
  pair.passes();
  pair.source.write('unheard', '1', { modifiedMs: 0 });
  await pair.clock.pass(HOUR - 1);
  expect(pair.passes()).toEqual([]);
  await pair.clock.pass(1);
  expect(pair.passes()).toEqual(['everything']);
  expect(pair.stage.text('unheard')).toBe('1');
  pair.hint({ everything: true, reason: 'events were lost' });
  await pair.clock.pass(1000);
  expect(pair.passes()).toEqual(['everything']);
  expect(pair.events).toContainEqual({ type: 'notice', message: 'events were lost' });
});

test('--poll looks at everything so often and watches nothing', async () => {
  const pair = await watchedPair({ files: { a: '1' }, pollMs: 5000 });
  expect(pair.loop.status.mode).toBe('polling');
  pair.passes();
  await pair.clock.pass(15_000);
  expect(pair.passes()).toEqual(['everything', 'everything', 'everything']);
});

test('a Stage that cannot be reached is tried again after growing delays, then everything is compared', async () => {
  let down = false;
  const pair = await watchedPair({
    files: { a: '1' },
    stage: {
      before: () => {
        if (down)
          throw new SyncError('stage_unreachable', 'no route to it', {
            verdict: 'retry',
            fact: 'out_of_reach',
          });
      },
    },
  });
  pair.passes();
  down = true;
  pair.source.write('b', '2', { modifiedMs: 0 });
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.loop.status).toMatchObject({ state: 'backing_off', reason: 'no route to it' });
  await pair.clock.pass(60_000);
  // after 1, 2, 4, 8, 16 and, soon, 32 s
  expect(pair.passes().slice(1)).toEqual(Array<string>(5).fill('everything'));
  expect(pair.loop.status.oldestChangeMs).toBeLessThanOrEqual(pair.clock.now() - 60_000);
  down = false;
  await pair.clock.pass(60_000);
  expect(pair.stage.text('b')).toBe('2');
  expect(pair.loop.status).toMatchObject({ state: 'idle', oldestChangeMs: undefined });
});

/** A pair whose Stage takes no file `x/bad`, until it is mended. */
async function pairWithBadFile() {
  let bad = true;
  const pair = await watchedPair({
    files: { a: '1' },
    stage: {
      before: ({ kind, path }) => {
        if (bad && kind === 'put' && path === 'x/bad')
          throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
      },
    },
  });
  return { pair, mend: () => void (bad = false) };
}

test('one bad file is reported and tried again later and later; the others go on', async () => {
  const { pair, mend } = await pairWithBadFile();
  pair.source.write('x/bad', '1', { modifiedMs: 0 });
  pair.source.write('x/good', '1', { modifiedMs: 0 });
  pair.hint(['', 'x/']);
  await pair.clock.pass(1000);
  pair.passes();
  expect(pair.stage.text('x/good')).toBe('1');
  await pair.clock.pass(20_000);
  expect(pair.passes()).toEqual([['x/'], ['x/']]); // after 5 and 10 s more
  pair.source.write('y', '1', { modifiedMs: 0 });
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.stage.text('y')).toBe('1');
  mend();
  await pair.clock.pass(20_000);
  expect(pair.stage.text('x/bad')).toBe('1');
});

test('a hint is settled once everything it led to is recorded, not before', async () => {
  const { pair, mend } = await pairWithBadFile();
  const settled: string[] = [];
  pair.source.write('x/bad', '1', { modifiedMs: 0 });
  pair.source.write('y/good', '1', { modifiedMs: 0 });
  pair.source.write('z/late', '1');
  pair.hint({ folders: ['x/'], settled: () => settled.push('x') });
  pair.hint({ folders: ['y/'], settled: () => settled.push('y') });
  await pair.clock.pass(900);
  pair.source.write('z/late', '12');
  pair.hint({ folders: ['z/'], settled: () => settled.push('z') });
  await pair.clock.pass(100);
  expect(settled).toEqual(['y']);
  await pair.clock.pass(1100);
  expect(settled).toEqual(['y', 'z']);
  mend();
  await pair.clock.pass(20_000);
  expect(settled).toEqual(['y', 'z', 'x']);
});

test('a source that went empty halts without removing anything, and goes on once it is back', async () => {
  const pair = await watchedPair({ files: { a: '1', 'x/b': '2' } });
  pair.source.move('x/', '.stagesync-away/');
  pair.source.move('a', '.stagesync-away/a');
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.loop.status.state).toBe('halted');
  expect(pair.loop.status.reason).toMatch(/source has no file that can be synced/);
  const calls = pair.stage.calls.length;
  await pair.clock.pass(600_000);
  expect(pair.stage.calls).toHaveLength(calls);
  pair.source.move('.stagesync-away/a', 'a');
  await pair.clock.pass(5000);
  expect(pair.loop.status.state).toBe('idle');
  expect(pair.stage.text('a')).toBe('1');
  expect(pair.stage.text('x/b')).toBeUndefined();
});

test('a source that is gone halts until it is there again', async () => {
  let gone = false;
  const missing = new SyncError('source_missing', 'it is not there', { verdict: 'end_run' });
  const pair = await watchedPair({
    files: { a: '1' },
    source: (memory) => ({
      listFolder: (folder, options) => {
        if (gone) throw missing;
        return memory.listFolder!(folder, options);
      },
      list: (options) => {
        if (gone) throw missing;
        return memory.list(options);
      },
    }),
  });
  gone = true;
  pair.hint(['']);
  await pair.clock.pass(1000);
  expect(pair.loop.status).toMatchObject({ state: 'halted', reason: 'it is not there' });
  await pair.clock.pass(60_000);
  expect(pair.loop.status.state).toBe('halted');
  gone = false;
  pair.source.write('b', '1', { modifiedMs: 0 });
  await pair.clock.pass(5000);
  expect(pair.loop.status.state).toBe('idle');
  expect(pair.stage.text('b')).toBe('1');
});

test('a refused token halts with its reason and is tried again slowly', async () => {
  let refused = true;
  const pair = await watchedPair({
    files: { a: '1' },
    stage: {
      before: () => {
        if (refused)
          throw new SyncError('stage_unauthorised', 'the token is not accepted', {
            verdict: 'end_run',
            fact: 'unauthorised',
          });
      },
    },
  });
  expect(pair.loop.status).toMatchObject({ state: 'halted', reason: 'the token is not accepted' });
  await pair.clock.pass(29_000);
  expect(pair.passes()).toEqual(['everything']);
  refused = false;
  await pair.clock.pass(1000);
  expect(pair.loop.status.state).toBe('idle');
  expect(pair.stage.text('a')).toBe('1');
});

test('more removals than allowed halt the watch, and nothing is removed', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x/${i}`, `content ${i}`]));
  const pair = await watchedPair({ files: { ...files, a: '1' } });
  for (let i = 0; i < 45; i++) pair.source.remove(`x/${i}`);
  pair.hint(['x/']);
  await pair.clock.pass(1000);
  expect(pair.loop.status.state).toBe('halted');
  expect(pair.loop.status.reason).toMatch(/45 files would be removed/);
  expect(pair.stage.text('x/0')).toBe('content 0');
});

test('a few removals in one folder are weighed against the whole source', async () => {
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x/${i}`, `content ${i}`]));
  const pair = await watchedPair({ files: { ...files, 'y/a': '1', 'y/b': '2' } });
  pair.source.remove('y/a');
  pair.source.remove('y/b');
  pair.hint(['y/']);
  await pair.clock.pass(1000);
  expect(pair.loop.status.state).toBe('idle');
  expect(pair.stage.text('y/a')).toBeUndefined();
});

test('a source that cannot be watched is looked at often instead, and says so', async () => {
  const pair = await watchedPair({
    files: { a: '1' },
    source: () => ({
      watch: () => Promise.reject(new SyncError('source_failed', 'no such call', { verdict: 'end_run' })),
    }),
  });
  expect(pair.events[0]).toMatchObject({ type: 'notice', message: expect.stringMatching(/no such call/) });
  pair.passes();
  await pair.clock.pass(60_000);
  expect(pair.passes()).toEqual(['everything']);
});

test('a pass that breaks in a way nobody foresaw does not end the watch', async () => {
  let broken = true;
  const pair = await watchedPair({
    files: { a: '1' },
    source: (memory) => ({
      list: (options) => {
        if (broken) throw new TypeError('undefined is not a function');
        return memory.list(options);
      },
    }),
  });
  expect(pair.loop.status).toMatchObject({
    state: 'halted',
    reason: expect.stringMatching(/unexpected: undefined is not a function/),
  });
  broken = false;
  await pair.clock.pass(30_000);
  expect(pair.stage.text('a')).toBe('1');
});

test('stopping in the middle of a pass ends the watch with what was done recorded', async () => {
  const pair = await watchedPair({ files: { a: '1' } });
  pair.source.write('b', '2', { modifiedMs: 0 });
  pair.hint(['']);
  await pair.drain();
  expect(pair.states().at(-1)).toBe('stopping');
});

test('all that a watch tells survives JSON: also what ended a pass', async () => {
  let down = true;
  const pair = await watchedPair({
    files: { a: '1', b: '2' },
    stage: {
      before: ({ kind, path }) => {
        if (down && kind === 'listFolder')
          throw new SyncError('stage_unreachable', 'no route', { verdict: 'end_run', fact: 'out_of_reach' });
        if (kind === 'put' && path === 'b')
          throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
      },
    },
  });
  down = false;
  await pair.clock.pass(2000);
  const ended = pair.events.flatMap((event) => (event.type === 'pass' ? [event.error] : []));
  expect(ended).toEqual([
    { code: 'stage_unreachable', fact: 'out_of_reach', message: 'no route' },
    undefined,
  ]);
  expect(pair.events.some(({ type }) => type === 'sync')).toBe(true);
  for (const event of [...pair.events, pair.loop.status])
    expect(event).toEqual(JSON.parse(JSON.stringify(event)));
});
