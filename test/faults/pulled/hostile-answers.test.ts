import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

type Child = Readonly<Record<string, unknown>> & { readonly name: string };

/** A Stage with these files, which says something else of them. */
async function lying(
  files: readonly string[],
  field: 'size' | 'last_modified',
  lies: Record<string, unknown>,
) {
  const stage = await servedStage();
  await fill(
    stage.destination,
    Object.fromEntries(files.map((name) => [`target/${name}`, `text of ${name}`])),
  );
  const told = (child: Child): Child =>
    child.name in lies ? { ...child, [field]: lies[child.name] } : child;
  const body = (reply: string): string => {
    const shown = JSON.parse(reply) as Child & { readonly content?: readonly Child[] };
    return JSON.stringify(
      Array.isArray(shown.content) ? { ...shown, content: shown.content.map(told) } : told(shown),
    );
  };
  stage.emulator.faults.set({ rules: [{ kind: ['list', 'metadata'], fault: 'replace_reply', body }] });
  const out = join(stage.cli.folder, 'out');
  const pull = () => commandInside(stage.cli, ['pull', stage.address, 'out', '--json']);
  return { ...stage, out, pull, names: () => fs.readdirSync(out).sort() };
}

test('bytes that are fewer or more than a Stage said get no name, the rest arrives, and the next run brings them', async () => {
  const lies = { fewer: 100, more: 3, 'very many': 1e15 };
  await using stage = await lying(['fewer', 'more', 'very many', 'right'], 'size', lies);
  expect(await stage.pull()).toMatchObject({ status: 3, report: { uploaded: 1, failed: 3 } });
  expect(stage.names()).toEqual(['right']);
  stage.emulator.faults.set({});
  expect(await stage.pull()).toMatchObject({ status: 0, report: { uploaded: 3, failed: 0 } });
  expect(stage.names()).toEqual(['fewer', 'more', 'right', 'very many']);
});

test('a time that no clock, or no disk, can show keeps no file from arriving, and is no change in the next run', async () => {
  const lies = {
    last: '+275760-09-13T00:00:00Z',
    first: '0000-01-01T00:00:00Z',
    far: '9999-12-31T23:59:59.999Z',
    before: '1969-12-31T23:59:59Z',
  };
  const names = ['last', 'first', 'far', 'before', 'right'];
  await using stage = await lying(names, 'last_modified', lies);
  expect(await stage.pull()).toMatchObject({ status: 0, report: { uploaded: 5, failed: 0 } });
  expect(stage.names()).toEqual(names.toSorted());
  expect(await stage.pull()).toMatchObject({ status: 0, report: { uploaded: 0, failed: 0, unchanged: 5 } });
});
