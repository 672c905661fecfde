import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import type { Engine } from '../support/engine/engine.ts';

/** Two folders have traded names, and a file of one is gone: its folder brings it along to the other's name. */
async function traded() {
  const source = createMemorySource();
  let now = 1_700_000_000_000;
  const stage = createMemoryDestination({ moveSetsTime: false, now: () => (now += 2000) });
  const engine = createEngine(source, stage);
  for (const folder of ['a/', 'b/'])
    for (let at = 0; at < 8; at++) source.write(`${folder}${at}`, `${folder}${at}`, { modifiedMs: 1 });
  await engine.pass();
  source.move('a/', 'aside/');
  source.move('b/', 'a/');
  source.move('aside/', 'b/');
  source.remove('a/0');
  return { source, stage, engine };
}

/** Problems told since the call of `traded`. */
const codes = ({ events }: Engine): string[] =>
  events.flatMap((event) => (event.type === 'problem' ? [event.code] : []));

test('what a folder brings along, and the source has lost, is looked at anew and removed in the same run', async () => {
  const { stage, engine } = await traded();
  using _ = engine;
  const { report } = await engine.pass({ removal: 'ours' });
  expect(stage.files.has('a/0')).toBe(false);
  expect(stage.text('b/0')).toBe('a/0');
  expect([report.outcome, report.removed, codes(engine)]).toEqual(['clean', 1, []]);
});

test('where the ledger is believed no look shows such a file: it stays, is told, and no further round asks', async () => {
  const { stage, engine } = await traded();
  using _ = engine;
  await engine.pass({ removal: 'ours', trustLedger: true });
  expect(stage.text('a/0')).toBe('b/0');
  expect(codes(engine)).toEqual(['not_confirmed_yet']);
});

test('what somebody put in its place meanwhile stays', async () => {
  const { stage, engine } = await traded();
  using _ = engine;
  const put = stage.move.bind(stage);
  let moves = 0;
  stage.move = async (from, to, call) => {
    await put(from, to, call);
    // after the folder has taken its new name, and before anything is removed
    if (++moves === 3) await stage.put('a/0', { size: 5, bytes: Buffer.from('other') }, call);
  };
  await engine.pass({ removal: 'ours' });
  expect(moves).toBe(3);
  expect(stage.text('a/0')).toBe('other');
});
