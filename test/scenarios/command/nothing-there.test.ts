import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** Command lines in which NONE is the one address at which there is nothing; what stands before the sentence. */
const LINES: readonly (readonly [line: string, status: number, before?: string])[] = [
  ['ls STAGE/NONE', 3],
  ['ls NONE', 5],
  ['cat STAGE/NONE', 3],
  ['cat NONE', 5],
  ['stat STAGE/NONE', 3],
  ['stat NONE', 5],
  ['du STAGE/NONE', 3],
  ['du NONE', 5],
  ['head STAGE/NONE', 3],
  ['head NONE', 5],
  ['url STAGE/NONE', 3],
  ['rm STAGE/NONE', 3],
  ['mv STAGE/NONE STAGE/to', 3],
  ['cp STAGE/NONE to', 3],
  ['cp NONE STAGE/to', 3],
  ['cp -r STAGE/NONE to', 3],
  ['get STAGE/NONE', 3],
  ['put NONE STAGE/to', 3],
  ['put -r NONE STAGE/to', 3],
  ['check NONE STAGE/there', 5, 'A: '],
  ['check STAGE/NONE there', 5, 'A: '],
  ['check there STAGE/NONE', 5, 'B: '],
  ['check there NONE', 5, 'B: '],
  ['pull STAGE/NONE to', 5],
  ['sync NONE STAGE/to', 5],
];

test('each command says in the same words, and with the whole address, that there is nothing', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'there/f': 'x' });
  expect((await commandInside(cli, ['put', '-r', 'there', `${address}/`])).status).toBe(0);
  const changes = stage.changingRequests();
  for (const [line, status, before = ''] of LINES) {
    const args = line.replaceAll('STAGE', address).replace('NONE', 'none').split(' ');
    const said = await commandInside(cli, args);
    const whole = line.includes('STAGE/NONE') ? `${address}/none` : `${cli.folder}/none`;
    const sentence = `stagesync: ${before}there is nothing at ${whole}`;
    const found = said.stderr.split('\n').find((each) => each.startsWith('stagesync: '));
    expect([line, said.status, found?.slice(0, sentence.length)]).toEqual([line, status, sentence]);
    // nothing that is part of a longer name, and the way out where there is one
    expect(found?.slice(sentence.length)).toMatch(/^\/?(; check the path.*)?$/);
  }
  expect(stage.changingRequests()).toBe(changes);
});
