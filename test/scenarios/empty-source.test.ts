import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { servedStage } from '../support/served-stage.ts';
import { writeTree } from '../support/trees.ts';

const FILES = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`data/d${at % 3}/${at}.csv`, 'x']));

const FLAGS = [['--delete'], ['--mirror']].flatMap((flags) => [flags, [...flags, '--max-delete', '100%']]);

/** A preload that makes a folder unreadable for everyone: the permissions of a file stop no superuser. */
const UNREADABLE = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  const { opendirSync } = fs;
  fs.opendirSync = (path, options) => {
    if (String(path).endsWith('/lost+found')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    return opendirSync(path, options);
  };`)}`;

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
  async (_, make) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const data = join(cli.folder, 'data');
    await writeTree(cli.folder, FILES);
    expect((await cli.run(['sync', 'data', address])).status).toBe(0);
    fs.rmSync(data, { recursive: true });
    fs.mkdirSync(data);
    const undo = await make(data);
    try {
      for (const flags of FLAGS) {
        const run = await cli.run(['sync', 'data', address, '--json', ...flags], {
          nodeOptions: ['--import', UNREADABLE],
        });
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
