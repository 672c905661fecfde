import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlanLine } from '../../../src/model/plan.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { handEdited, type Hand, type HandEdited } from '../../support/trees/hand-edited.ts';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

interface Kind {
  readonly edit: (hand: Hand) => unknown;
  readonly flags?: readonly string[];
  /** Of the plan's lines, the one that this is about. */
  readonly has: RegExp;
}

/** No two touch the same names, so that all can be done at once. */
const KINDS: Readonly<Record<string, Kind>> = {
  'a new file in a new folder': {
    edit: (hand) => hand.write('new/sub/x', 'x'),
    has: /^upload new\/sub\/x new$/m,
  },
  'a new folder': {
    edit: (hand) => hand.write('empty/x', 'x').rm('empty/x'),
    has: /^createFolder empty\/ new$/m,
  },
  'an edited file': { edit: (hand) => hand.write('fourth/1', 'edited'), has: /^upload fourth\/1 changed$/m },
  'a renamed file': {
    edit: (hand) => hand.mv('fourth/2', 'renamed'),
    has: /^move fourth\/2 -> renamed renamed$/m,
  },
  'two files that swap names': {
    edit: (hand) => hand.rotate('b.csv', 'c.csv'),
    has: /^move b\.csv -> c\.csv (cycle|renamed)$/m,
  },
  'a removed file': {
    edit: (hand) => hand.rm('fourth/sub/3'),
    has: /^remove fourth\/sub\/3 gone_from_source$/m,
  },
  'a renamed folder': {
    edit: (hand) => hand.mv('dir', 'moved'),
    has: /^move dir\/ -> moved\/ folder_renamed$/m,
  },
  'a removed folder': { edit: (hand) => hand.rm('other'), has: /^remove other\/ gone_from_source$/m },
  'a file and a folder that swap names': {
    edit: (hand) => hand.rotate('a.csv', 'third'),
    has: /^move (a\.csv -> third|third\/ -> a\.csv\/) /m,
  },
};

/** These want a tree of their own. */
const APART: Readonly<Record<string, Kind>> = {
  'folders that rotate': {
    edit: (hand) => hand.rotate('dir', 'other', 'third'),
    has: /^move dir\/ -> other\/ (cycle|folder_renamed)$/m,
  },
  'a folder that moves into itself': {
    edit: (hand) => hand.mv('dir', 't').mv('t', 'dir/dir'),
    has: /^move dir\/\S* -> dir\/dir\/\S* /m,
  },
  'a folder that becomes a file, and a file that becomes a folder': {
    edit: (hand) => hand.rm('dir').write('dir', 'a file').rm('a.csv').write('a.csv/x', 'x'),
    has: /^upload dir new$/m,
  },
  'a renamed folder and a removed one, with --atomic': {
    edit: (hand) => hand.mv('dir', 'moved').rm('other').write('b.csv', 'edited'),
    flags: ['--delete', '--atomic', '--publish-set', '--marker', '_DONE'],
    has: /^upload b\.csv changed$/m,
  },
  'what others put, under --mirror': {
    edit: (hand) => hand.write('b.csv', 'edited'),
    flags: ['--mirror'],
    has: /^remove theirs\.csv not_in_source$/m,
  },
};

function linesOf(pair: HandEdited): string {
  const [, ...lines] = readFileSync(join(pair.cli.folder, 'plan.json'), 'utf8').trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as PlanLine)
    .map(({ kind, path, to, reason }) => `${kind} ${path}${to === undefined ? '' : ` -> ${to}`} ${reason}`)
    .join('\n');
}

async function expectTwice(
  { edit, flags = ['--delete'], has }: Kind,
  ...more: readonly Kind[]
): Promise<void> {
  await using pair = await handEdited();
  const { cli, address } = pair;
  for (const each of [edit, ...more.map((kind) => kind.edit)]) each(pair.hand);
  await new StageHttp(pair.emulator).put('target/theirs.csv', 'theirs');
  const plan = ['plan', 'data', address, ...flags, '-o', 'plan.json'];
  expect(await commandInside(cli, plan)).toMatchObject({ status: 0 });
  for (const each of [has, ...more.map((kind) => kind.has)]) expect(linesOf(pair)).toMatch(each);
  expect(await commandInside(cli, ['apply', 'plan.json'])).toMatchObject({ status: 0, stderr: '' });
  const [after, changes] = [await pair.snapshot(), pair.changingRequests()];
  const again = await cli.run(['apply', 'plan.json', '--json']);
  expect([again.status, again.stderr]).toEqual([0, expect.stringMatching(/^\S+ -> \S+\nIn sync\n/)]);
  expect(again.report).toMatchObject({
    outcome: 'clean',
    uploaded: 0,
    moved: 0,
    removed: 0,
    failed: 0,
    skipped: 0,
  });
  expect(pair.changingRequests()).toBe(changes);
  expect(await pair.snapshot()).toEqual(after);
}

test('a plan with actions of every kind is applied again, and ends with 0 for there is nothing left to do', async () => {
  const [first, ...more] = Object.values(KINDS);
  await expectTwice(first!, ...more);
});

test.each(Object.entries(NIGHTLY ? { ...KINDS, ...APART } : APART))(
  'a plan of %s is applied again, and ends with 0',
  async (_, kind) => expectTwice(kind),
);

test('a plan that somebody else has carried out by now, by a sync, ends with 0', async () => {
  await using pair = await handEdited();
  const { cli, address } = pair;
  for (const { edit } of Object.values(KINDS)) edit(pair.hand);
  await commandInside(cli, ['plan', 'data', address, '--delete', '-o', 'plan.json']);
  expect(await pair.sync(['--delete'], 'inside')).toMatchObject({ status: 0 });
  const changes = pair.changingRequests();
  expect(await commandInside(cli, ['apply', 'plan.json'])).toMatchObject({ status: 0, stderr: '' });
  expect(pair.changingRequests()).toBe(changes);
});

test('what is no longer so is refused all the same: the source changed after it was applied', async () => {
  await using pair = await handEdited();
  const { cli, address, data } = pair;
  for (const { edit } of Object.values(KINDS)) edit(pair.hand);
  await commandInside(cli, ['plan', 'data', address, '--delete', '-o', 'plan.json']);
  expect(await commandInside(cli, ['apply', 'plan.json'])).toMatchObject({ status: 0 });
  await writeFile(join(data, 'fourth/1'), 'edited once more');
  await rm(join(data, 'renamed'));
  const changes = pair.changingRequests();
  const again = await cli.run(['apply', 'plan.json']);
  expect(again.status).toBe(3);
  expect(again.stderr.match(/^failed: .*planned to/gm)).toHaveLength(2);
  expect(again.stderr).toMatch(/^failed: fourth\/1: planned to upload it/m);
  expect(again.stderr).toMatch(/^failed: fourth\/2: planned to move it/m);
  expect(pair.changingRequests()).toBe(changes);
});
