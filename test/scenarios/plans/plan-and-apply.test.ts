import { execFile, spawnSync } from 'node:child_process';
import { lstat, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

async function prepared(work: (stage: ServedStage, data: string) => Promise<void>): Promise<void> {
  await using stage = await servedStage();
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'b.csv': 'bb', 'old/c.csv': 'ccc', 'old/d.csv': 'dddd' });
  expect((await commandInside(stage.cli, ['sync', 'data', stage.address])).status).toBe(0);
  await work(stage, data);
}

/** An edit, a new file in a new folder, a renamed folder and a removal. */
async function edit(data: string): Promise<void> {
  await writeFile(join(data, 'a.csv'), 'edited');
  await writeTree(data, { 'new/e.csv': 'e' });
  await rename(join(data, 'old'), join(data, 'renamed'));
  await rm(join(data, 'b.csv'));
}

test('a plan changes nothing; applied, it does all it says and no more', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    const before = await stage.snapshot();
    const changes = stage.changingRequests();
    const planned = await commandInside(stage.cli, [
      'plan',
      'data',
      stage.address,
      '--delete',
      '-o',
      'plan.json',
    ]);
    expect(planned.status, planned.stderr).toBe(0);
    const place = join(stage.cli.folder, 'plan.json');
    expect(planned.stdout.trim().split('\n').at(-1)).toBe(
      `The plan is in ${place}. To carry it out: stagesync apply plan.json`,
    );
    expect(stage.changingRequests()).toBe(changes);
    expect(await stage.snapshot()).toEqual(before);

    await writeTree(data, { 'later.csv': 'made after the plan' });
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', '--json']);
    expect(applied.status, applied.stderr).toBe(0);
    expect(applied.report).toMatchObject({ uploaded: 2, moved: 2, removed: 1, foldersCreated: 1, failed: 0 });
    const { 'later.csv': _later, ...wanted } = snapshotFolder(data);
    expect(await stage.snapshot()).toEqual(wanted);
  });
});

test('apply refuses, by name, what changed at the source since, and does the rest', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await commandInside(stage.cli, ['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    await writeFile(join(data, 'a.csv'), 'edited once more');
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', '--json']);
    expect(applied.status).toBe(3);
    const problems = applied.events.filter((event) => event.type === 'problem');
    expect(problems).toMatchObject([{ path: 'a.csv', code: 'plan_outdated' }]);
    expect(applied.report).toMatchObject({ uploaded: 1, moved: 2, failed: 1 });
  });
});

test('apply refuses what changed on Stage since', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await commandInside(stage.cli, ['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    const { signal } = new AbortController();
    const bytes = Buffer.from("somebody else's");
    await stage.destination.put('target/b.csv', { size: bytes.length, bytes }, { signal });
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', '--json']);
    expect(applied.status).toBe(3);
    expect(applied.events).toContainEqual(expect.objectContaining({ path: 'b.csv', code: 'plan_outdated' }));
    expect((await stage.snapshot())['b.csv']).toBeDefined();
  });
});

test('--output - writes the plan, and nothing else, to stdout', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    const args = ['plan', 'data', stage.address, '--delete', '--output'];
    const piped = await commandInside(stage.cli, [...args, '-']);
    expect(piped.status, piped.stderr).toBe(0);
    expect(piped.stderr).toMatch(/would upload {2}a\.csv.*\n(.*\n)*Dry run: nothing was changed/);
    await commandInside(stage.cli, [...args, 'plan.json']);
    expect(piped.stdout).toBe(await readFile(join(stage.cli.folder, 'plan.json'), 'utf8'));
    expect(await readdir(stage.cli.folder)).toEqual(['data', 'plan.json']);
  });
});

test('a plan that a guard refuses does not come on stdout either', async () => {
  await prepared(async (stage, data) => {
    await rm(data, { recursive: true });
    await writeTree(stage.cli.folder, { 'data/': '' });
    const refused = await commandInside(stage.cli, ['plan', 'data', stage.address, '--delete', '-o', '-']);
    expect([refused.status, refused.stdout]).toEqual([4, '']);
  });
});

test('--output - and --json do not go together; apply reads no standard input', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const both = await commandInside(stage.cli, ['plan', 'data', stage.address, '-o', '-', '--json']);
  expect([both.status, both.report.error?.code]).toEqual([2, 'usage']);
  const applied = await commandInside(stage.cli, ['apply', '-']);
  expect(applied.status).toBe(2);
  expect(applied.stderr).toMatch(/standard input.*write it to a file/);
});

test('a plan goes into no folder, and not by halves onto a disk that takes no more', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const files = Array.from({ length: 500 }, (_, i) => [`data/${i}.csv`, 'x'] as const);
  await writeTree(cli.folder, Object.fromEntries(files));
  const folder = await commandInside(cli, ['plan', 'data', address, '-o', 'data']);
  expect([folder.status, folder.stderr]).toEqual([2, expect.stringMatching(/plan file data is a folder/)]);

  // a limit on the size of files stands for the full disk
  const bin = new URL('../../../bin/stagesync.js', import.meta.url).pathname;
  const line = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@"`;
  const words = ['-c', line, process.execPath, bin, 'plan', 'data', address, '-q', '-o', 'plan.json'];
  const full = promisify(execFile)('sh', words, { cwd: cli.folder, env: cli.env });
  await expect(full).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^stagesync: the plan file plan\.json cannot be written: .+\n$/),
  });
  expect(await readdir(cli.folder)).toEqual(['data']);
});

test.each([
  ['is not there', undefined],
  ['is no plan', 'hello\n'],
  ['is another kind of JSON', '{"type":"service_account"}\n'],
  ['is of an older release', '{"type":"plan","format":1,"flags":{"tokenFile":"/etc/passwd"}}\n'],
  ['is damaged', '{"type":"plan","format":2'],
  ['has lines that are none', '{"type":"plan"\n"format":2}\n'],
])('a plan file that %s is one clear line and exit status 2', async (_, text) => {
  await using stage = await servedStage();
  if (text !== undefined) await writeFile(join(stage.cli.folder, 'plan.json'), text);
  const applied = await commandInside(stage.cli, ['apply', 'plan.json']);
  expect(applied.status).toBe(2);
  expect(applied.stderr).toMatch(/^stagesync: the plan file plan\.json .+\n$/);
  for (const word of (text ?? '').match(/hello|service_account|passwd/g) ?? [])
    expect(applied.stderr).not.toContain(word);
});

test('a plan of an older release is refused with the way out', async () => {
  await using stage = await servedStage();
  await writeFile(join(stage.cli.folder, 'plan.json'), '{"type":"plan","format":1}\n');
  const { status, stderr } = await commandInside(stage.cli, ['apply', 'plan.json']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/has format 1, of an older stagesync.*stagesync plan SOURCE DEST -o FILE/);
});

test('a FIFO or a folder as plan file is refused, not waited for', async () => {
  await using stage = await servedStage();
  await promisify(execFile)('mkfifo', [join(stage.cli.folder, 'pipe')]);
  for (const file of ['pipe', '.']) {
    const { status, stderr } = await commandInside(stage.cli, ['apply', file]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/is not a file\n$/)]);
  }
});

type Json = Record<string, unknown>;

/** Changes the first line of a plan. */
async function tamper(file: string, change: (header: Json) => Json): Promise<void> {
  const [first = '', ...rest] = (await readFile(file, 'utf8')).split('\n');
  const header = JSON.parse(first) as Json;
  await writeFile(file, [JSON.stringify(change(header)), ...rest].join('\n'));
}

test('a plan keeps the rules of filter files, and apply does not read them again', async () => {
  await prepared(async (stage, data) => {
    const rules = join(stage.cli.folder, 'rules');
    await writeFile(rules, '# keep\n*.tmp\n!keep.tmp\n');
    await writeTree(data, { 'x.tmp': 'x', 'keep.tmp': 'k', 'y.csv': 'y' });
    const args = ['data', stage.address, '--filter-from', 'rules', '--exclude', 'y.csv', '-o', 'plan.json'];
    expect((await commandInside(stage.cli, ['plan', ...args])).status).toBe(0);
    const plan = join(stage.cli.folder, 'plan.json');
    const { job } = JSON.parse((await readFile(plan, 'utf8')).split('\n')[0]!) as { job: { what: Json } };
    expect(job.what['filters']).toEqual([
      { kind: 'exclude', pattern: '*.tmp' },
      { kind: 'include', pattern: 'keep.tmp' },
      { kind: 'exclude', pattern: 'y.csv' },
    ]);
    await rm(rules);
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', '--json']);
    expect(applied).toMatchObject({ status: 0, report: { uploaded: 1, failed: 0 } });
    expect(Object.keys(await stage.snapshot())).toContain('keep.tmp');
  });
});

test('a plan holds nothing of where requests go but to compare, and nothing of what authorises them', async () => {
  await prepared(async (stage) => {
    await writeFile(join(stage.cli.folder, 'token.txt'), stage.emulator.token);
    const flags = ['--token-file', 'token.txt', '--organization', 'ours', '--allow-insecure', '--force'];
    await commandInside(stage.cli, ['plan', 'data', stage.address, ...flags, '-o', 'plan.json']);
    const [first = ''] = (await readFile(join(stage.cli.folder, 'plan.json'), 'utf8')).split('\n');
    expect(first).not.toMatch(/token|organization|ours|insecure|force|maxDelete|signRequest|profile/i);
    expect(JSON.parse(first)).toMatchObject({
      format: 2,
      madeFor: { baseUrl: stage.emulator.url, destination: `${stage.address}/` },
    });
  });
});

test('apply sends requests where its own flags and environment say, as whom they say', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await commandInside(stage.cli, ['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    await writeFile(join(stage.cli.folder, 'token.txt'), stage.emulator.token);
    const bare = { SINGLESTOREDB_MANAGEMENT_TOKEN: undefined, SINGLESTOREDB_MANAGEMENT_BASE_URL: undefined };
    const without = await commandInside(stage.cli, ['apply', 'plan.json', '--base-url', stage.emulator.url], {
      env: bare,
    });
    expect(without).toMatchObject({ status: 2, stderr: expect.stringMatching(/no API token/) });
    const flags = ['--token-file', 'token.txt', '--base-url', `${stage.emulator.url}/`];
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', ...flags, '--json'], { env: bare });
    expect(applied).toMatchObject({ status: 0, report: { uploaded: 2, moved: 2, removed: 1 } });
  });
});

test('a plan for another API address is refused, naming both, and no request is sent anywhere', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await commandInside(stage.cli, ['plan', 'data', stage.address, '-o', 'plan.json']);
    await using other = await servedStage();
    const requests = () => [stage, other].map(({ emulator }) => emulator.counters.read().requests);
    const before = requests();
    const { status, stderr } = await commandInside(stage.cli, [
      'apply',
      'plan.json',
      '--base-url',
      other.emulator.url,
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain(
      `was made for the API at ${stage.emulator.url}, and here it is ${other.emulator.url}`,
    );
    expect(stderr).toMatch(/--base-url.*or make a new plan\n$/);
    // and the file cannot say otherwise
    await tamper(join(stage.cli.folder, 'plan.json'), (header) => ({
      ...header,
      madeFor: { ...(header['madeFor'] as Json), baseUrl: other.emulator.url },
    }));
    const redirected = await commandInside(stage.cli, ['apply', 'plan.json']);
    expect(redirected.status).toBe(2);
    expect(requests()).toEqual(before);
  });
});

test('a plan for another deployment is refused, naming both', async () => {
  const ids = ['aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002'] as const;
  await using stage = await servedStage({
    deployments: ids.map((id, i) => ({ id, name: `group-${i}`, kind: 'group' as const })),
  });
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const at = (id: string) => ({ env: { SINGLESTOREDB_WORKSPACE_GROUP: id } });
  expect(
    (await commandInside(stage.cli, ['plan', 'data', 'stage:///target', '-o', 'p'], at(ids[0]))).status,
  ).toBe(0);
  const { status, stderr } = await commandInside(stage.cli, ['apply', 'p'], at(ids[1]));
  expect(status).toBe(2);
  expect(stderr).toContain(
    `was made for DEST stage://${ids[0]}/target/, and here it is stage://${ids[1]}/target/`,
  );
  expect(stage.changingRequests()).toBe(0);
  // under its name, or by its ID
  expect((await commandInside(stage.cli, ['apply', 'p'], at('group-0'))).status).toBe(0);
});

interface PlannedJob extends Json {
  readonly what: Json;
  readonly pace: Json;
}

/** A plan without an action, from a directory that nobody reads. */
const headerFor = (stage: ServedStage) => ({
  type: 'plan',
  format: 2,
  madeFor: { source: '/nowhere', destination: `${stage.address}/`, baseUrl: stage.emulator.url },
  job: {
    from: '/nowhere',
    to: stage.address,
    what: { compare: 'size', moves: true, filters: [] },
    pace: { concurrency: 4, maxWait: 3_600_000 },
  } as PlannedJob,
});

test('a plan for a bucket elsewhere is refused, naming both', async () => {
  await using stage = await servedStage();
  const there = headerFor(stage);
  const header = {
    ...there,
    job: { ...there.job, from: 's3://b/p' },
    madeFor: { ...there.madeFor, source: 's3://b/p/ at one.test', s3Endpoint: 'https://one.test' },
  };
  await writeFile(join(stage.cli.folder, 'p'), `${JSON.stringify(header)}\n`);
  const here = await commandInside(stage.cli, ['apply', 'p', '--endpoint-url', 'https://two.test']);
  expect([here.status, here.stderr]).toEqual([
    2,
    expect.stringContaining('was made for S3 at https://one.test, and here it is https://two.test'),
  ]);
  expect(await commandInside(stage.cli, ['apply', 'p'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('AWS'),
  });
});

type Header = Json & { readonly job: PlannedJob };
const withJob = (h: Header, more: Json): Json => ({ ...h, job: { ...h.job, ...more } });
const withWhat = (h: Header, more: Json): Json => withJob(h, { what: { ...h.job.what, ...more } });
const withPace = (h: Header, more: Json): Json => withJob(h, { pace: { ...h.job.pace, ...more } });

test.each<[string, (header: Header) => Json, RegExp]>([
  ['sends the token elsewhere', (h) => withJob(h, { baseUrl: 'http://127.0.0.1:9' }), /job: .*"baseUrl"/],
  ['names a token file', (h) => withWhat(h, { tokenFile: '/etc/passwd' }), /job\.what: .*"tokenFile"/],
  ['names a profile', (h) => withJob(h, { profile: 'production' }), /job: .*"profile"/],
  [
    'names a filter file',
    (h) => withWhat(h, { filters: [{ kind: 'file', pattern: '/etc/passwd' }] }),
    /job\.what\.filters\.0\.kind: /,
  ],
  [
    'has a pattern that is none',
    (h) => withWhat(h, { filters: [{ kind: 'exclude', pattern: '[z-a]' }] }),
    /job\.what\.filters\.0: the pattern has the range/,
  ],
  [
    'names a marker elsewhere',
    (h) => withWhat(h, { atomic: true, publishSet: true, marker: '../x' }),
    /job\.what\.marker: the name names a folder/,
  ],
  ['has a marker alone', (h) => withWhat(h, { marker: 'x' }), /job\.what\.marker: needs publishSet/],
  ['asks for no request at a time', (h) => withPace(h, { concurrency: 0 }), /job\.pace\.concurrency: /],
  ['asks for half a request', (h) => withPace(h, { concurrency: 1.5 }), /job\.pace\.concurrency: /],
  ['asks for text at a time', (h) => withPace(h, { concurrency: '4' }), /job\.pace\.concurrency: /],
  ['has no bandwidth', (h) => withPace(h, { bytesPerSecond: -1 }), /job\.pace\.bytesPerSecond: /],
  ['waits for some time', (h) => withPace(h, { maxWait: 'long' }), /job\.pace\.maxWait: Give a duration/],
  ['compares somehow', (h) => withWhat(h, { compare: 'name' }), /job\.what\.compare: /],
  ['removes perhaps', (h) => withWhat(h, { removal: 'yes' }), /job\.what\.removal: /],
  ['sweeps', (h) => withWhat(h, { sweepOlderThan: 1000 }), /job\.what: .*"sweepOlderThan"/],
  ['passes a guard', (h) => withWhat(h, { force: ['max-delete'] }), /job\.what: .*"force"/],
  ['has no settings', (h) => withJob(h, { what: undefined }), /job\.what: /],
  ['has no job', (h) => ({ ...h, job: undefined }), /job: /],
  [
    'has settings in place of a job, as some had for a while',
    (h) => ({ ...h, job: undefined, source: '/nowhere', dest: h.job['to'], settings: { compare: 'size' } }),
    /make the plan again/,
  ],
  ['has more than a plan has', (h) => ({ ...h, cwd: '/' }), /its first line: .*"cwd"/],
  ['has a relative source', (h) => withJob(h, { from: '../..' }), /job\.from: is no absolute path/],
  ['has a source that is no path', (h) => withJob(h, { from: '/a\0b' }), /job\.from: contains a NUL/],
  [
    'goes to no Stage',
    (h) => withJob(h, { to: '/tmp' }),
    /job\.to: is a directory, and the source is one too/,
  ],
  ['climbs out', (h) => withJob(h, { to: 'stage://local/a/../b' }), /job\.to: .*cannot be a Stage path/],
])('a plan that %s is refused with status 2, naming the file and the setting', async (_, change, says) => {
  await using stage = await servedStage();
  const header = change(headerFor(stage));
  await writeFile(join(stage.cli.folder, 'plan.json'), `${JSON.stringify(header)}\n`);
  const { status, stderr } = await commandInside(stage.cli, ['apply', 'plan.json']);
  expect(stderr).toMatch(/^stagesync: the plan file plan\.json cannot be applied: [^\n]+\n$/);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('root:');
  expect(status).toBe(2);
  expect(stage.emulator.counters.read().requests).toBe(0);
});

test('lines that nobody planned do nothing: they are compared with a fresh plan, never carried out', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await commandInside(stage.cli, ['plan', 'data', stage.address, '-o', 'plan.json']);
    const plan = join(stage.cli.folder, 'plan.json');
    const [header = ''] = (await readFile(plan, 'utf8')).split('\n');
    const hostile = [
      { kind: 'remove', path: '../elsewhere/', reason: 'gone_from_source', files: 9, stamp: '' },
      { kind: 'remove', path: 'b.csv', reason: 'gone_from_source', files: 1, stamp: '' },
      { kind: 'remove', path: '', reason: 'not_in_source', files: 1, stamp: '' },
      { kind: 'move', path: 'a.csv', to: '/../../x', reason: 'renamed', files: 1, stamp: 'x' },
      { kind: 'upload', path: '/etc/passwd', reason: 'new', bytes: 1e300, stamp: '1:1' },
      { kind: 'createFolder', path: '__proto__/', reason: '\u001b[2J', stamp: 'new' },
    ];
    await writeFile(plan, `${[header, ...hostile.map((line) => JSON.stringify(line))].join('\n')}\n`);
    const before = await stage.snapshot();
    const sent = stage.changingRequests();
    const applied = await commandInside(stage.cli, ['apply', 'plan.json', '--json']);
    expect(applied.status).toBe(3);
    expect(applied.stderr).not.toContain('\u001b');
    // to remove what is not there is done before it is begun
    expect(applied.report).toMatchObject({ uploaded: 0, moved: 0, removed: 0, foldersCreated: 0, failed: 3 });
    const refused = applied.events.flatMap((event) => (event.type === 'problem' ? [event.path] : []));
    expect(refused.sort()).toEqual(['/etc/passwd', 'a.csv', 'b.csv']);
    expect(stage.changingRequests()).toBe(sent);
    expect(await stage.snapshot()).toEqual(before);
  });
});

test('the guards of an apply are its own: a plan that was forced past one is not', async () => {
  await prepared(async (stage, data) => {
    const many = Array.from({ length: 30 }, (_, i) => [`many/${i}.csv`, `${i}`] as const);
    await writeTree(data, Object.fromEntries(many));
    await commandInside(stage.cli, ['sync', 'data', stage.address]);
    await rm(join(data, 'many'), { recursive: true });
    const flags = ['--delete', '--force', 'max-delete'];
    expect(
      (await commandInside(stage.cli, ['plan', 'data', stage.address, ...flags, '-o', 'p'])).status,
    ).toBe(0);
    const refused = await commandInside(stage.cli, ['apply', 'p', '--json']);
    expect(refused).toMatchObject({ status: 4, report: { removed: 0, error: { code: 'guard_max_delete' } } });
    expect(await commandInside(stage.cli, ['apply', 'p', '--max-delete', '40', '--json'])).toMatchObject({
      status: 0,
      report: { removed: 30 },
    });
  });
});

test('a plan replaces files alone: no device, no pipe, and a link stays a link', async () => {
  await prepared(async (stage) => {
    const { cli, address } = stage;
    const at = (name: string): string => join(cli.folder, name);
    await promisify(execFile)('mkfifo', [at('pipe')]);
    await symlink('pipe', at('to-pipe'));
    await symlink('nowhere', at('to-nothing'));
    await writeTree(cli.folder, { 'plans/today.json': 'old' });
    await symlink('plans/today.json', at('to-plan'));
    for (const [file, says] of [
      ['pipe', /plan file pipe is no file: .*--output - for stdout/],
      ['to-pipe', /plan file to-pipe is no file/],
      ['to-nothing', /plan file to-nothing cannot be written: ENOENT/],
      ['data/a.csv/x', /plan file data\/a\.csv\/x cannot be written: ENOTDIR/],
    ] as const)
      expect(await commandInside(cli, ['plan', 'data', address, '-o', file])).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(says),
      });
    expect((await commandInside(cli, ['plan', 'data', address, '-o', 'to-plan'])).status).toBe(0);
    expect((await lstat(at('to-plan'))).isSymbolicLink()).toBe(true);
    expect(await readFile(at('plans/today.json'), 'utf8')).toMatch(/^{"type":"plan"/);
    expect(await readdir(at('plans'))).toEqual(['today.json']);
  });
});

test('what a killed plan left goes with the next, and a link in its place is not followed', async () => {
  await prepared(async (stage) => {
    const { cli, address } = stage;
    const gone = spawnSync('true').pid;
    await writeTree(cli.folder, {
      [`.stagesync-plan.json.${gone}.partial`]: 'half',
      [`.stagesync-plan.json.${process.pid}.partial`]: 'of one that works',
      victim: 'precious',
    });
    await symlink('victim', join(cli.folder, 'plan.json.partial'));
    expect((await cli.run(['plan', 'data', address, '-o', 'plan.json'])).status).toBe(0);
    expect(await readFile(join(cli.folder, 'victim'), 'utf8')).toBe('precious');
    expect((await readdir(cli.folder)).filter((name) => name.startsWith('.'))).toEqual([
      `.stagesync-plan.json.${process.pid}.partial`,
    ]);
  });
});

test('a plan file holds no token', async () => {
  await prepared(async (stage) => {
    await commandInside(stage.cli, ['plan', 'data', stage.address, '-o', 'plan.json']);
    expect(await readFile(join(stage.cli.folder, 'plan.json'), 'utf8')).not.toContain(stage.emulator.token);
  });
});

test('explain says what was decided for a path, why and when', async () => {
  await prepared(async (stage, data) => {
    await rm(join(data, 'b.csv'));
    await writeFile(join(data, 'a.csv'), 'edited');
    await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete']);
    const explained = await commandInside(stage.cli, [
      'explain',
      'data/a.csv',
      'data/b.csv',
      `${stage.address}/old/c.csv`,
      '--json',
    ]);
    expect(explained.status).toBe(0);
    const lines = explained.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { path: 'a.csv', decision: 'synced', reason: 'changed' },
      { path: 'b.csv', decision: 'removed', reason: 'gone_from_source' },
      { path: 'old/c.csv', decision: 'synced', reason: 'new' },
    ]);
    expect((await commandInside(stage.cli, ['explain', 'data/never.csv'])).status).toBe(3);
  });
});
