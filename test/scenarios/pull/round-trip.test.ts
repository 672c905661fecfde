import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actionsOf, type CliResult } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { createDice, type Dice } from '../../support/trees/dice.ts';
import { ODD_NAMES, snapshotFolder, writeTree } from '../../support/trees/trees.ts';

/** All of it every night. */
const FILES = NIGHTLY ? 5000 : 300;

/** Characters that some tool takes for something else. */
const CHARACTERS = [
  ...'aAbB09 .-_~%&?#+=;,\'"`$!*()[]{}<>|^@:'.split(''),
  'é',
  'e\u0301',
  'ß',
  '\u212b',
  '日',
  'ע',
  '\u200d',
  '\u{1f600}',
  '\u{10ffff}',
  '\ufeff',
  '\u00a0',
];

function oddName(dice: Dice, at: number): string {
  if (dice.chance(0.2)) return `${dice.pick(ODD_NAMES)}${at}`;
  const length = 1 + dice.below(dice.chance(0.1) ? 55 : 12);
  const letters = Array.from({ length }, () => dice.pick(CHARACTERS)).join('');
  return dice.chance(0.02) ? `${at}-`.padEnd(255, 'x') : `${letters}${at}`;
}

function oddTree(dice: Dice): Record<string, string | Uint8Array> {
  const folders = [''];
  const tree: Record<string, string | Uint8Array> = {};
  for (let at = 0; at < FILES; at++) {
    const parent = dice.pick(folders);
    if (dice.chance(0.05) && parent.split('/').length < 12) folders.push(`${parent}${oddName(dice, at)}/`);
    const path = `${dice.pick(folders)}${oddName(dice, at)}`;
    const size = dice.chance(0.1) ? 0 : dice.chance(0.01) ? 400_000 : 1 + dice.below(2000);
    tree[path] = Buffer.alloc(size, `${at} ${path}`);
  }
  for (const folder of folders.slice(1)) tree[folder] = '';
  return tree;
}

test('a tree of odd names that is pushed, pulled and pushed again is equal byte for byte, and then nothing is done', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const at = (name: string): string => join(cli.folder, name);
  const run = (...args: string[]): Promise<CliResult> => commandInside(cli, [...args, '--json']);
  await writeTree(at('data'), oddTree(createDice(15)));
  const original = snapshotFolder(at('data'));
  expect((await run('sync', 'data', address)).report).toMatchObject({ outcome: 'clean', uploaded: FILES });
  expect((await run('pull', address, 'out')).report).toMatchObject({ outcome: 'clean', uploaded: FILES });
  expect(snapshotFolder(at('out'))).toEqual(original);
  // from the pulled directory: a pair of its own, which finds all equal
  expect((await run('sync', 'out', address, '--mirror')).report).toMatchObject({
    outcome: 'clean',
    adopted: FILES,
  });
  for (let round = 0; round < 2; round++)
    for (const args of [
      ['sync', 'data', address, '--delete'],
      ['pull', address, 'out', '--mirror'],
      ['sync', 'out', address, '--mirror'],
    ]) {
      const again = await run(...args);
      expect(again.report).toMatchObject({ outcome: 'clean', unchanged: FILES, uploaded: 0, adopted: 0 });
      expect(actionsOf(again)).toEqual([]);
    }
  expect(snapshotFolder(at('out'))).toEqual(original);
  expect(await stage.snapshot()).toEqual(original);
}, 300_000);
