import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** Something that is broken, and what the screen has to say: the cause and the way out. */
interface Broken {
  readonly what: string;
  readonly breaks?: (stage: ServedStage, data: string) => void;
  readonly args?: (stage: ServedStage) => readonly string[];
  readonly env?: (stage: ServedStage) => Readonly<Record<string, string>>;
  readonly status: number;
  readonly says: readonly RegExp[];
}

const putFails = (rule: object) => (stage: ServedStage) =>
  stage.emulator.faults.set({ rules: [{ kind: 'putFile', ...rule } as never] });

const CASES: readonly Broken[] = [
  {
    what: 'a wrong token',
    env: () => ({ SINGLESTOREDB_MANAGEMENT_TOKEN: 'nope' }),
    status: 5,
    says: [/401/, /Check the API key/],
  },
  {
    what: 'no token',
    env: () => ({ SINGLESTOREDB_MANAGEMENT_TOKEN: '' }),
    status: 2,
    says: [/no API token/, /set SINGLESTOREDB_MANAGEMENT_TOKEN, or give --token-file/],
  },
  {
    what: 'a deployment that is not there',
    args: () => ['data', 'stage://no-such/x'],
    status: 5,
    says: [/There is no deployment named no-such\. There are: /],
  },
  {
    what: 'no network',
    env: () => ({ SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:1' }),
    args: () => ['data', 'stage://some/x', '--max-wait', '1ms'],
    status: 5,
    says: [/ECONNREFUSED|bad port/, /Check the network, the base URL and any proxy/],
  },
  {
    what: 'a base URL that leads elsewhere',
    env: ({ emulator }) => ({ SINGLESTOREDB_MANAGEMENT_BASE_URL: `${emulator.url}/portal` }),
    args: () => ['data', 'stage://some/x'],
    status: 3,
    says: [/404/, /Check the base URL/],
  },
  {
    what: 'a source that is not there',
    args: ({ address }) => ['daat', address],
    status: 5,
    says: [/nothing at .*daat/, /check the path/],
  },
  {
    what: 'a file as the source',
    args: ({ address }) => ['data/a.csv', address],
    status: 5,
    says: [/is not a folder/, /"stagesync cp" copies a single file/],
  },
  {
    what: 'a Stage that is full',
    breaks: putFails({ fault: 'quota_full' }),
    status: 3,
    says: [/507/, /Stage is full: remove files or raise its quota/],
  },
  {
    what: 'a wait that is longer than may be waited',
    breaks: putFails({ fault: 'status', status: 429, retryAfterSeconds: 7200 }),
    args: ({ address }) => ['data', address, '--max-wait', '1m'],
    status: 5,
    says: [/asked for a wait of 2h/, /Run it again later, or with a longer --max-wait/],
  },
  {
    what: 'a state folder that cannot be made',
    breaks: ({ cli }) => writeFileSync(join(cli.folder, 'state-file'), ''),
    env: ({ cli }) => ({ XDG_STATE_HOME: join(cli.folder, 'state-file') }),
    status: 2,
    says: [/cannot keep state in/, /make the folder writable, or set XDG_STATE_HOME/],
  },
  {
    what: 'a name that no Stage has',
    breaks: (_, data) => writeFileSync(join(data, 'bad\nname.csv'), 'x'),
    status: 3,
    says: [/bad\\nname\.csv: its name contains a control character; rename or exclude it/],
  },
  {
    what: 'a source that has lost its files',
    breaks: (_, data) => {
      rmSync(data, { recursive: true });
      mkdirSync(data);
    },
    status: 4,
    says: [/no file that can be synced/, /pass --force empty-source/],
  },
];

test.each(CASES)('$what: the text on the screen leads out', async ({ breaks, args, env, status, says }) => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'b.csv': 'b' });
  expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
  writeFileSync(join(data, 'c.csv'), 'c');
  breaks?.(stage, data);
  const run = await commandInside(cli, ['sync', ...(args?.(stage) ?? ['data', address])], {
    env: env?.(stage) ?? {},
  });
  expect(run.status, run.stderr).toBe(status);
  for (const words of says) expect(`${run.stdout}${run.stderr}`).toMatch(words);
});
