import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

/** Names that Stage can hold, each of them another file. */
const SENT = [
  'Case.csv',
  'case.csv',
  'CASE.CSV',
  'caf\u00e9.csv',
  'cafe\u0301.csv',
  ' .csv',
  '...',
  '..csv',
  '%2e%2e',
  '%00',
  '-rf',
  '~',
  'CON',
  'a:b',
  'x'.repeat(255),
  '\u00fc'.repeat(127),
  '\u{1f600}'.repeat(63),
];

/** Names that a disk can hold, and Stage and its clients would read as something else. */
const REFUSED = [
  'back\\slash',
  '..\\..\\up',
  'new\nline',
  'tab\there',
  'bell\u0007',
  '\u007f',
  '\u001b[2Jclear',
];

test('names of every kind: what Stage can hold arrives as it is, the rest is named, and the next run agrees', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  mkdirSync(join(data, 'folder'), { recursive: true });
  for (const name of [...SENT, ...REFUSED]) {
    writeFileSync(join(data, name), name);
    writeFileSync(join(data, 'folder', name), name);
  }
  // a name that is not text at all
  writeFileSync(Buffer.concat([Buffer.from(`${data}/`), Buffer.from([0x62, 0xff, 0xfe])]), 'bytes');

  const result = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(result.status).toBe(3);
  expect(result.report).toMatchObject({ uploaded: SENT.length * 2, failed: REFUSED.length * 2 + 1 });
  // no name may play with the terminal
  // eslint-disable-next-line no-control-regex -- naming control characters is the point
  expect(result.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  const found = Object.keys(await stage.snapshot()).filter((path) => path !== 'folder/');
  expect(found.sort()).toEqual([...SENT, ...SENT.map((name) => `folder/${name}`)].sort());

  const sent = stage.changingRequests();
  const next = await commandInside(cli, ['sync', 'data', address, '--delete', '--json']);
  expect(next.report).toMatchObject({ uploaded: 0, removed: 0, unchanged: SENT.length * 2 });
  expect(stage.changingRequests()).toBe(sent);
});

test('segments longer than any disk holds, from a source that has them, arrive as they are', async () => {
  await using stage = await servedStage();
  const source = createMemorySource();
  const paths = ['y'.repeat(600), `${'d'.repeat(400)}/${'\u00fc'.repeat(300)}`];
  for (const path of paths) source.write(path, path);
  using engine = createEngine(source, stage.destination);
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 2 });
  expect(Object.keys(await stage.snapshot())).toEqual(expect.arrayContaining(paths));
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', unchanged: 2 });
});

test.each([
  'stage://local/../up',
  'stage://local/a//b',
  'stage://local/a\\b',
  'stage://local/./a',
  'stage://local/a\u0007',
])('an address that climbs or hides something is a usage error: %j', async (address) => {
  await using stage = await servedStage();
  mkdirSync(join(stage.cli.folder, 'data'));
  const result = await commandInside(stage.cli, ['sync', 'data', address]);
  expect(result.status).toBe(2);
  expect(result.stderr).toMatch(/^stagesync: DEST .* cannot be a Stage path: it contains [^\n]*\n$/);
});
