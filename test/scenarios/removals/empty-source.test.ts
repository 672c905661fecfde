import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';
import { unreadableFolder } from '../../support/trees/unreadable.ts';

const FILES = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`data/d${at % 3}/${at}.csv`, 'x']));

const FLAGS = [['--delete'], ['--mirror']].flatMap((flags) => [flags, [...flags, '--max-delete', '100%']]);

/** What is left in a source whose files are gone. `data` is the source; what is returned is undone at the end. */
const LEFT: readonly [name: string, make: (data: string) => (() => void) | void | Promise<() => void>][] = [
  ['nothing', () => undefined],
  ['an empty folder', (data) => fs.mkdirSync(join(data, 'd0'))],
  ['an empty ignore file', (data) => fs.writeFileSync(join(data, '.stagesyncignore'), '')],
  [
    'a file that is excluded',
    (data) => {
      fs.writeFileSync(join(data, '.stagesyncignore'), '*.tmp');
      fs.writeFileSync(join(data, 'x.tmp'), 'x');
    },
  ],
  ['a dangling link', (data) => fs.symlinkSync('nowhere', join(data, 'link'))],
  ['a link to itself', (data) => fs.symlinkSync('link', join(data, 'link'))],
  [
    'a link to a file',
    (data) => {
      fs.writeFileSync(join(data, '../elsewhere'), 'x');
      fs.symlinkSync('../elsewhere', join(data, 'link'));
    },
  ],
  [
    'a link to a folder',
    (data) => {
      fs.mkdirSync(join(data, '../elsewhere'));
      fs.symlinkSync('../elsewhere', join(data, 'link'));
    },
  ],
  ['a FIFO', (data) => void execFileSync('mkfifo', [join(data, 'pipe')])],
  [
    'a socket',
    async (data) => {
      const server = createServer().listen(join(data, 'sock'));
      await once(server, 'listening');
      return () => server.close();
    },
  ],
  ['a name with a backslash', (data) => fs.writeFileSync(join(data, 'a\\b'), 'x')],
  ['a folder of such a name', (data) => fs.mkdirSync(join(data, 'a\\b'))],
  ['a name with a control character', (data) => fs.writeFileSync(join(data, 'a\u0001'), 'x')],
  [
    'a name that is not UTF-8',
    (data) => fs.writeFileSync(Buffer.concat([Buffer.from(`${data}/a`), Buffer.from([0xff])]), 'x'),
  ],
  ['a file of a reserved name', (data) => fs.writeFileSync(join(data, '.stagesync-x'), 'x')],
  [
    'a folder of a reserved name',
    (data) => {
      fs.mkdirSync(join(data, '.stagesync-x'));
      fs.writeFileSync(join(data, '.stagesync-x/y'), 'x');
    },
  ],
  ['a lost+found that may not be read', (data) => fs.mkdirSync(join(data, 'lost+found'))],
];

test.each(LEFT)(
  'a source with nothing in it but %s is an empty one, and nothing goes',
  async (name, make) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const data = join(cli.folder, 'data');
    await writeTree(cli.folder, FILES);
    expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
    fs.rmSync(data, { recursive: true });
    fs.mkdirSync(data);
    const undo = await make(data);
    try {
      for (const flags of FLAGS) {
        const args = ['sync', 'data', address, '--json', ...flags];
        const run = name.startsWith('a lost+found')
          ? await cli.run(args, { nodeOptions: unreadableFolder('lost+found') })
          : await commandInside(cli, args);
        const files = Object.keys(await stage.snapshot()).filter((path) => !path.endsWith('/'));
        expect([flags, run.status, run.report.error?.code, files.length]).toEqual([
          flags,
          4,
          'guard_empty_source',
          15,
        ]);
      }
    } finally {
      undo?.();
    }
  },
  60_000,
);
