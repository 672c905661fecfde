import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

const call = { signal: new AbortController().signal };
const FILES = 12;

test('a look that files wait for serves many of them, and goes before the readings that wait for their turn', async () => {
  const asked: string[] = [];
  await using stage = await servedStage({
    onRequest: (phase, { kind }) => {
      // a reading is two requests: what counts is the one that waits for its turn
      if (phase === 'received' && kind !== 'content') asked.push(kind === 'download' ? 'reading' : 'look');
    },
  });
  await stage.destination.makeFolder('target/', call);
  const content = { size: 4, bytes: Buffer.from('text') };
  for (let file = 0; file < FILES; file++) await stage.destination.put(`target/${file}`, content, call);
  asked.length = 0;
  const run = await commandInside(stage.cli, ['pull', stage.address, 'out', '--json', '--concurrency', '2']);
  expect(run).toMatchObject({ status: 0, report: { uploaded: FILES } });
  expect(asked.filter((request) => request === 'reading')).toHaveLength(FILES);
  const firstLook = asked.indexOf('look', asked.indexOf('reading'));
  expect(asked.slice(0, firstLook).filter((request) => request === 'reading').length).toBeGreaterThanOrEqual(
    FILES / 2,
  );
  expect(asked.lastIndexOf('reading')).toBeGreaterThan(firstLook);
});
