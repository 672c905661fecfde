import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder } from '../../support/trees/trees.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 300_000;

test(
  'a push and a pull of one pair at the same time, again and again: nothing is lost on either side',
  async () => {
    await using stage = await servedStage();
    const { cli, address, destination } = stage;
    await fill(destination, { 'target/a': 'a', 'target/d/b': 'b' });
    const pull = () =>
      commandInside(cli, ['pull', address, 'out', '--delete', '--compare', 'content', '--json']);
    const push = () => commandInside(cli, ['sync', 'out', address, '--delete', '--json']);
    await pull();
    const names = ['a', 'd/', 'd/b'];
    for (let round = 0; round < 3; round++) {
      writeFileSync(join(cli.folder, 'out', `mine ${round}`), `mine ${round}`);
      await fill(destination, { [`target/theirs ${round}`]: `theirs ${round}` });
      names.push(`mine ${round}`, `theirs ${round}`);
      await Promise.all([pull(), push()]);
    }
    for (let settling = 0; settling < 2; settling++) for (const run of [pull, push]) await run();
    const before = stage.changingRequests();
    for (const run of [pull, push])
      expect(await run()).toMatchObject({ status: 0, report: { uploaded: 0, removed: 0, failed: 0 } });
    expect(stage.changingRequests()).toBe(before);
    expect(Object.keys(snapshotFolder(join(cli.folder, 'out'))).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(await stage.snapshot()).toSorted()).toEqual(names.toSorted());
  },
  PATIENCE_MS,
);
