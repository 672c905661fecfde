import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

const FILES = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`target/many/${i < 100 ? '' : `d${i % 2}/`}${i}.csv`, `${i}`]),
);

/** What each of these commands, one after the other, sends to a Stage, by kind; kinds that are not named are none. */
const PRICES: readonly (readonly [command: string, price: Readonly<Record<string, number>>])[] = [
  // the listing of the folder above, which has none
  ['mkdir STAGE/new', { list: 2, putFolder: 1 }],
  ['mkdir -p STAGE/new', { list: 1 }],
  // one listing of the folder of both names, a look at the new name in the turn of the request, and the request
  ['mv STAGE/many/1.csv STAGE/many/one.csv', { list: 1, metadata: 1, move: 1 }],
  // the folders of both, the target, a look, and the request
  ['mv STAGE/many/one.csv STAGE/new', { list: 3, metadata: 1, move: 1 }],
  // a folder with all that is in it: its folder, and that once more in the turn of the request
  ['mv STAGE/new STAGE/renamed', { list: 2, move: 1 }],
  // the listing that says what it is, one of its folder in the turn of the request, and the request
  ['rm STAGE/many/0.csv', { list: 2, remove: 1 }],
  // the listing that says what it is, its three listings, a move to a hidden name, its listings there, and the removal
  ['rm -r --yes STAGE/many', { list: 1 + 3 + 3, move: 1, remove: 1 }],
];

test('what a copy costs', async () => {
  await using stage = await servedStage();
  const { cli, address, emulator } = stage;
  await writeTree(join(cli.folder, 'data'), { 'a.csv': 'a', 'b.csv': 'b', 'sub/c.csv': 'c' });
  const prices: typeof PRICES = [
    // the folder above DEST is not there either: two listings, two folders, the file
    ['put data/a.csv STAGE/in/', { list: 3, putFolder: 2, putFile: 1 }],
    // one listing tells that DEST is a folder, another what is in it
    ['put data/b.csv STAGE/in', { list: 2, putFile: 1 }],
    // the listing, and what has the name is read, and proved to be what was listed
    ['put data/b.csv STAGE/in/b.csv', { list: 1, download: 1, content: 1, metadata: 1 }],
    ['put --compare size data/b.csv STAGE/in/b.csv', { list: 1 }],
    // one listing for what is there, a folder, and the one file that is not there
    ['put -r --compare size data STAGE/in', { list: 1, putFolder: 1, putFile: 1 }],
    // a hidden name, and a look at the name before the move
    ['put --atomic data/a.csv STAGE/in/d.csv', { list: 2, putFile: 1, move: 1 }],
    // a look tells that it is a file; it is read, and proved
    ['get STAGE/in/a.csv', { metadata: 2, download: 1, content: 1 }],
    // what is there with the time of its file is not read
    ['get STAGE/in/a.csv', { metadata: 1 }],
    ['get -r -n STAGE/in got', { list: 2, metadata: 1 }],
  ];
  for (const [command, price] of prices) {
    emulator.counters.reset();
    const result = await commandInside(cli, command.replaceAll('STAGE', address).split(' '));
    expect(result.status, result.stderr).toBe(0);
    const { byKind } = emulator.counters.read();
    const sent = Object.fromEntries(Object.entries(byKind).filter(([, count]) => count > 0));
    expect.soft(sent, command).toEqual(price);
  }
});

test('what a file command costs', async () => {
  await using stage = await servedStage();
  const { cli, address, emulator } = stage;
  await fill(stage.destination, FILES);
  for (const [command, price] of PRICES) {
    emulator.counters.reset();
    const result = await commandInside(cli, command.replaceAll('STAGE', address).split(' '));
    expect(result.status, result.stderr).toBe(0);
    const { byKind } = emulator.counters.read();
    const sent = Object.fromEntries(Object.entries(byKind).filter(([, count]) => count > 0));
    expect(sent, command).toEqual(price);
  }
});
