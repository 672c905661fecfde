import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { judgeClock } from '../../../src/doctor/checks/clock.ts';
import { directory } from '../../../src/doctor/checks/directory.ts';
import { jobsFile } from '../../../src/doctor/checks/jobs-file.ts';
import { judgeLimits, limits } from '../../../src/doctor/checks/limits.ts';
import { proxy } from '../../../src/doctor/checks/proxy.ts';
import { stateFolder } from '../../../src/doctor/checks/state-folder.ts';
import { versions } from '../../../src/doctor/checks/versions.ts';
import { found, subjectOf } from '../../support/doctor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagesync-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;

test.each([
  ['24.0.0', 'ok'],
  ['26.1.0', 'ok'],
  ['22.9.0', 'failed'],
])('Node.js %s is %s', async (node, level) => {
  const facts = { node, version: '1', platform: 'linux x64' };
  expect(await found(versions, subjectOf({ process: facts }))).toMatchObject([{ level }]);
});

describe('the state folder', () => {
  const state = () => subjectOf({ env: { XDG_STATE_HOME: folder } });
  const own = () => join(folder, 'stagesync');

  test('need not be there, and is not made', async () => {
    expect(await found(stateFolder, state())).toMatchObject([{ level: 'ok', message: /first run/ }]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is tried with a lock that leaves nothing', async () => {
    await mkdir(own());
    expect(await found(stateFolder, state())).toMatchObject([{ level: 'ok', message: /0 ledgers/ }]);
    expect(await readdir(own())).toEqual([]);
  });

  test('has a ledger that cannot be read', async () => {
    await mkdir(own());
    await writeFile(
      join(own(), `${'a'.repeat(24)}.sqlite`),
      'no database, but longer than its header would be'.repeat(20),
    );
    const findings = await found(stateFolder, state());
    expect(findings).toContainEqual(expect.objectContaining({ level: 'failed', code: 'state_unusable' }));
  });

  test.skipIf(isRoot)('cannot be written, with the way out', async () => {
    await mkdir(own());
    await chmod(own(), 0o500);
    expect(await found(stateFolder, state())).toMatchObject([
      { level: 'failed', code: 'state_unusable', wayOut: expect.stringContaining('XDG_STATE_HOME') },
    ]);
  });
});

describe('limits', () => {
  test.each([
    [{ files: 20_000, watches: 200_000, instances: 128 }, ['ok']],
    [{ files: 256, watches: 200_000, instances: 128 }, ['warning']],
    [{ files: 256, watches: 8192, instances: 8 }, ['warning', 'warning', 'warning']],
    [{ files: undefined, watches: undefined, instances: undefined }, ['skipped']],
  ])('%j: %j', (given, levels) => {
    expect(judgeLimits(given).map(({ level }) => level)).toEqual(levels);
  });

  test('of this machine are told', async () => {
    expect((await found(limits, subjectOf())).length).toBeGreaterThan(0);
  });
});

describe('a proxy', () => {
  const withProxy = (https: string, more = {}) =>
    found(proxy, subjectOf({ env: { https_proxy: https, ...more } }));

  test('is named without its user and password', async () => {
    const [finding] = await withProxy('http://ada:s3cret@proxy:3128', { no_proxy: '.internal' });
    expect(finding).toEqual({ level: 'ok', message: 'https: by proxy:3128, not for .internal' });
  });

  test('that cannot be used is refused, and not shown', async () => {
    const failing = withProxy('socks://ada:s3cret@proxy:1');
    await expect(failing).rejects.toMatchObject({
      code: 'config',
      message: expect.not.stringContaining('s3cret'),
    });
  });

  test('for http: alone leads nowhere', async () => {
    expect(await found(proxy, subjectOf({ env: { http_proxy: 'proxy:1' } }))).toMatchObject([
      { level: 'warning' },
    ]);
  });

  test('is none', async () => {
    expect(await found(proxy, subjectOf())).toMatchObject([{ level: 'skipped' }]);
  });
});

test.each([
  [0, 'ok', /agrees/],
  [59_000, 'ok', /agrees/],
  [-61_000, 'warning', /1m 1s behind/],
  [3_600_000, 'failed', /1h ahead/],
])('a clock that is %i ms off is %s', (skew, level, message) => {
  const theirs = Date.parse('2026-11-26T12:00:00Z');
  expect(judgeClock(theirs, theirs + skew)).toMatchObject({ level, message: expect.stringMatching(message) });
  expect(judgeClock(Number.NaN, theirs).level).toBe('skipped');
});

describe('a directory', () => {
  const look = (root: string) => found(directory, subjectOf({ places: [{ kind: 'local', root }] }));

  test('is there, is missing, is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await look(folder)).toMatchObject([{ level: 'ok' }]);
    expect(await look(join(folder, 'none'))).toMatchObject([{ level: 'failed', code: 'source_missing' }]);
    expect(await look(join(folder, 'file'))).toMatchObject([{ level: 'failed', code: 'usage' }]);
  });

  test('that a job writes may be missing', async () => {
    expect(await found(directory, subjectOf({ target: join(folder, 'a/b') }))).toMatchObject([
      { level: 'ok', message: expect.stringContaining('first run') },
    ]);
  });
});

describe('a jobs file', () => {
  const look = async (text: string, isNamed = false) => {
    await writeFile(join(folder, 'stagesync.yaml'), text);
    const wanted = { shown: 'stagesync.yaml', isNamed, home: folder, variables: {} };
    return found(jobsFile, subjectOf({ folder, jobsFile: wanted, env: { XDG_STATE_HOME: folder } }));
  };
  const JOB = 'jobs:\n  orders:\n    from: data\n    to: stage://local/orders\n';

  test('is right', async () => {
    expect(await look(JOB)).toEqual([{ level: 'ok', message: 'stagesync.yaml is right: 1 job' }]);
  });

  test('has a mistake', async () => {
    expect(await look(JOB.replace('from', 'form'))).toMatchObject([
      { level: 'failed', code: 'config', wayOut: expect.stringContaining('jobs validate') },
    ]);
  });

  test('runs a program that nobody approved', async () => {
    const text = `${JOB}    profile: prod\nprofiles:\n  prod:\n    token_command: [print-token]\n`;
    expect(await look(text)).toMatchObject([
      { level: 'ok' },
      { level: 'warning', wayOut: expect.stringContaining('stagesync trust') },
    ]);
    expect(await look(text, true)).toMatchObject([{ level: 'ok' }]);
  });
});
