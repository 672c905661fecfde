import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
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
