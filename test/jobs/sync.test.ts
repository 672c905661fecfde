import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { sync, type SyncEvent, type SyncOptions } from '../../src/index.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { writeTree } from '../support/trees/trees.ts';

const FILES = { 'a.csv': 'a', 'sub/b.csv': 'bb' };

/** A program with folders of its own, and a directory `data` in its current one. */
async function program(env: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  await writeTree(join(folder, 'data'), FILES);
  const environment = {
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'files'),
    HOME: folder,
    ...env,
  };
  const events: SyncEvent[] = [];
  const run = (options: Partial<SyncOptions> = {}) =>
    sync({
      from: './data',
      to: 'stage://local/in',
      environment,
      folder,
      onEvent: (event) => events.push(event),
      ...options,
    });
  return { folder, events, run };
}

test('one call makes both ends equal, tells of it, and closes all it opened', async () => {
  const { run, events, folder } = await program();
  const first = await run();
  expect(first).toMatchObject({ error: undefined, report: { outcome: 'clean', uploaded: 2 } });
  expect(events.at(-1)).toEqual(first.report);
  // neither the pair nor the files of the embedded Stage are held any more
  expect(await run()).toMatchObject({ error: undefined, report: { uploaded: 0, unchanged: 2 } });
  rmSync(join(folder, 'data/a.csv'));
  expect(await run({ what: { removal: 'ours' } })).toMatchObject({
    report: { outcome: 'clean', removed: 1 },
  });
});

test('addresses, settings, authority and guards can be said in code', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const { run, folder } = await program();
  const { id } = emulator.deployments[0]!;
  const there: Partial<SyncOptions> = {
    from: { kind: 'local', path: 'data' },
    to: { kind: 'stage', deployment: id, path: 'in/there' },
    authority: { stage: { baseUrl: emulator.url, token: emulator.token } },
    what: { filters: [{ kind: 'exclude', pattern: '*.tmp' }], removal: 'ours' },
    pace: { concurrency: 2 },
  };
  writeFileSync(join(folder, 'data/x.tmp'), 'x');
  expect(await run(there)).toMatchObject({ report: { outcome: 'clean', uploaded: 2 } });
  rmSync(join(folder, 'data/a.csv'));
  const guarded = await run({ ...there, guards: { maxDelete: { count: 0 } } });
  expect(guarded).toMatchObject({ report: { outcome: 'refused' }, error: { code: 'guard_max_delete' } });
  expect(await run(there)).toMatchObject({ report: { outcome: 'clean', removed: 1 } });
});

test('a dry run says what would be done', async () => {
  const { run, events } = await program();
  expect(await run({ dryRun: true })).toMatchObject({ report: { uploaded: 0, dryRun: true } });
  const planned = events.flatMap((event) => (event.type === 'planned' ? [event.path] : []));
  expect(planned.sort()).toEqual(['a.csv', 'sub/', 'sub/b.csv']);
  expect(await run()).toMatchObject({ report: { uploaded: 2 } });
});

test.each(['draining', 'signal'] as const)(
  'a sync whose %s is aborted midway goes on the next time',
  async (which) => {
    const { run, folder } = await program();
    const many = Array.from({ length: 300 }, (_, i) => [`many/${i}`, `${i}`] as const);
    await writeTree(join(folder, 'data'), Object.fromEntries(many));
    const stop = new AbortController();
    const stopped = await run({
      [which]: stop.signal,
      onEvent: (event) => event.type === 'action' && event.kind === 'upload' && stop.abort(),
    });
    expect(stopped).toMatchObject({ report: { outcome: 'interrupted' }, error: { code: 'interrupted' } });
    expect(stopped.report.uploaded).toBeLessThan(302);
    const rest = await run();
    expect(rest).toMatchObject({ error: undefined, report: { outcome: 'clean' } });
    expect(rest.report.unchanged + rest.report.adopted + rest.report.uploaded).toBe(302);
  },
);

test('a sync that its signal stops within the removal of a folder leaves nothing behind that the next does not know', async () => {
  const stop = new AbortController();
  const emulator = await startEmulator({
    // the folder has its hidden name, and nobody hears of it
    onRequest: (phase, { kind }) => {
      if (phase === 'committed' && kind === 'move') stop.abort();
    },
  });
  onTestFinished(() => emulator.close());
  const { run, folder } = await program({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  });
  const to = `stage://${emulator.deployments[0]!.id}/in`;
  const there: Partial<SyncOptions> = { to, what: { removal: 'ours' } };
  expect(await run(there)).toMatchObject({ report: { outcome: 'clean', uploaded: 2 } });
  rmSync(join(folder, 'data/sub'), { recursive: true });
  expect(await run({ ...there, signal: stop.signal })).toMatchObject({ error: { code: 'interrupted' } });
  expect(await run(there)).toMatchObject({ report: { outcome: 'clean', removed: 1, unchanged: 1 } });
});

test.each(['draining', 'signal'] as const)(
  'a sync whose %s is aborted before does nothing',
  async (which) => {
    const { run } = await program();
    const result = await run({ [which]: AbortSignal.abort() });
    expect(result).toMatchObject({
      report: { outcome: 'interrupted', uploaded: 0 },
      error: { code: 'interrupted' },
    });
  },
);

test('a second sync of the pair is refused while the first is at work, and takes nothing from it', async () => {
  let second: ReturnType<typeof sync> | undefined;
  const emulator = await startEmulator({
    onRequest: async (phase) => {
      // the first waits for its first reply until the second is over
      if (phase === 'replying') await (second ??= run({ to, onEvent: () => undefined }));
    },
  });
  onTestFinished(() => emulator.close());
  const { run } = await program({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  });
  const to = `stage://${emulator.deployments[0]!.id}/in`;
  const first = await run({ to });
  expect(first).toMatchObject({ error: undefined, report: { uploaded: 2 } });
  const { error, report } = await second!;
  expect(error).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${process.pid}`) });
  expect(report).toMatchObject({ outcome: 'refused', uploaded: 0 });
  expect(await run({ to })).toMatchObject({ error: undefined, report: { unchanged: 2 } });
});

test.each<[string, Partial<SyncOptions>, string, RegExp]>([
  ['has no source', { from: './none' }, 'source_missing', /none/],
  [
    'goes to a directory',
    { to: './data' },
    'usage',
    /DEST .* is a directory, and the source is one too: one end has to be a Stage/,
  ],
  ['has no token', { to: 'stage://group/in' }, 'config', /no API token/],
  ['asks for half of two settings', { what: { publishSet: true } }, 'usage', /needs --atomic/],
  ['has a bad rule', { what: { filters: [{ kind: 'exclude', pattern: '[z-a]' }] } }, 'usage', /range/],
  ['names a profile that nobody has', { profile: 'production' }, 'config', /"production".*there are none/],
  [
    'has the authority of another end',
    { authority: { s3: { region: 'eu-west-1' } } },
    'usage',
    /--region is for an s3/,
  ],
])('a sync that %s resolves with the error, and the next one can work', async (_, options, code, message) => {
  const { run, events } = await program();
  const { report, error } = await run(options);
  expect(error?.code).toBe(code);
  expect(error?.message).toMatch(message);
  expect(report).toMatchObject({ type: 'report', outcome: 'failures', uploaded: 0 });
  expect(events.at(-1)).toEqual(report);
  expect(await run()).toMatchObject({ error: undefined, report: { uploaded: 2 } });
});

test('the ledgers can be kept elsewhere', async () => {
  const { run, folder } = await program();
  await run();
  const stateFolder = join(folder, 'elsewhere');
  expect(await run({ stateFolder })).toMatchObject({ report: { uploaded: 0, adopted: 2 } });
  expect(await run({ stateFolder })).toMatchObject({ report: { unchanged: 2, adopted: 0 } });
});

test('what is not said in code comes from the process: its environment and its current folder', async () => {
  const { folder } = await program();
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'files'));
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const { report, error } = await sync({ from: './data', to: 'stage://local/in' });
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ outcome: 'clean', uploaded: 2 });
  vi.stubEnv('SINGLESTOREDB_MANAGEMENT_TOKEN', '');
  const withoutToken = await sync({ from: './data', to: 'stage://some-group/in', environment: {} });
  expect(withoutToken.error).toMatchObject({ code: 'config', message: expect.stringContaining('token') });
});

test('an S3 endpoint with a password is refused, and the password not repeated', async () => {
  const { run } = await program();
  const { error } = await run({
    from: 's3://bucket/p',
    authority: { s3: { endpointUrl: 'http://user:hunter2@127.0.0.1:1' } },
  });
  expect(error?.code).toBe('config');
  expect(error?.message).toMatch(/^the S3 endpoint has a user or a password/);
  expect(error?.message).not.toContain('hunter2');
});
