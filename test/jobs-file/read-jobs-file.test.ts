import { describe, expect, test } from 'vitest';
import { createJob } from '../../src/jobs/create-job.ts';
import { JobsFileError, problemLine } from '../../src/jobs-file/file-problem.ts';
import { readJobsText } from '../../src/jobs-file/read-jobs-file.ts';

const NOW = new Date('2026-11-26T12:00:00Z');

const readText = (text: string, environment: Readonly<Record<string, string>> = {}) =>
  readJobsText(text, {
    place: '/etc/pipes/stagesync.yaml',
    shown: 'stagesync.yaml',
    environment,
    home: '/home/someone',
    folder: '/',
    isNamed: true,
    now: NOW,
  });

const read = (text: string, environment = {}) => readText(text, environment).file;

function problemsOf(text: string, environment = {}): string[] {
  try {
    readText(text, environment);
    return [];
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    return error.problems.map((each) => problemLine(error.file, each));
  }
}

describe('a job of the file', () => {
  test('needs its ends only; all else has the defaults of the flags', () => {
    const { jobs, profiles, path } = read('jobs:\n  a: { from: data, to: "stage://g/in" }\n');
    expect(path).toBe('/etc/pipes/stagesync.yaml');
    expect(profiles).toEqual({});
    expect(jobs).toEqual([
      {
        name: 'a',
        job: createJob({ name: 'a', from: '/etc/pipes/data', to: 'stage://g/in' }, '/'),
        watch: false,
        schedule: undefined,
        overlap: 'skip',
        timeoutMs: undefined,
        notify: [],
        historyMs: 90 * 86_400_000,
        guards: { maxDelete: undefined },
        sqsQueue: undefined,
      },
    ]);
  });

  test('has what it says itself, then what defaults say, value by value', () => {
    const { jobs } = read(`
defaults:
  what: { removal: ours, moves: false }
  pace: { max_wait: 10m, bytes_per_second: 1M }
  when: { poll: 1m }
  schedule: { timezone: Europe/Berlin, jitter: 5m }
  overlap: queue
  timeout: 2h
  history: 30d
  max_delete: 20
notify:
  - { webhook: "https://example.com/a" }
jobs:
  a:
    from: ~/a
    to: stage://g/a
    what: { moves: true }
    schedule: 30 2 * * *
  b:
    from: s3://bucket/b
    to: stage://g/b
    watch: true
    when: { settle: 5s }
    schedule: { cron: 0 0 12 * * *, timezone: UTC, missed: skip }
    max_delete: 5%
    sqs_queue: https://sqs.eu-west-1.amazonaws.com/1/q
    notify:
      - { on: success, command: [logger, -t, stagesync] }
      - { heartbeat: "https://example.com/b" }
  c: { from: c, to: "stage://g/c", schedule: 0 3 * * *, overlap: cancel }
`);
    const [a, b, c] = jobs;
    expect(c!.overlap).toBe('cancel');
    expect(a).toMatchObject({
      job: {
        from: '/home/someone/a',
        what: { removal: 'ours', moves: true },
        pace: { maxWait: 600_000, bytesPerSecond: 1_048_576 },
      },
      schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin', jitterMs: 300_000, missed: 'run_once' },
      overlap: 'queue',
      timeoutMs: 7_200_000,
      historyMs: 30 * 86_400_000,
      guards: { maxDelete: '20' },
      notify: [
        { on: ['failure', 'recovery', 'halted'], way: { kind: 'webhook', url: 'https://example.com/a' } },
      ],
    });
    expect(a!.job).not.toHaveProperty('when');
    expect(b).toMatchObject({
      job: { when: { settle: 5000, poll: 60_000, fullEvery: 3_600_000 } },
      watch: true,
      schedule: { cron: '0 0 12 * * *', timeZone: 'UTC', jitterMs: 300_000, missed: 'skip' },
      guards: { maxDelete: '5%' },
      sqsQueue: 'https://sqs.eu-west-1.amazonaws.com/1/q',
      notify: [
        { on: ['success'], way: { kind: 'command', command: ['logger', '-t', 'stagesync'] } },
        { on: ['success'], way: { kind: 'heartbeat', url: 'https://example.com/b' } },
      ],
    });
  });

  test('runs as its profile says, and there is the deployment of addresses that name none', () => {
    const { jobs, profiles } = read(`
profiles:
  prod:
    deployment: my-group
    api_version: v2
    organization: org-1
    token_command: [vault, read, x]
    s3: { region: eu-west-1, sign_request: false }
  test: { token_file: secrets/token, base_url: "http://127.0.0.1:1" }
defaults: { profile: prod }
jobs:
  a: { from: a, to: "stage:///in/a" }
  b: { from: b, to: "stage://other/in/b" }
  c: { from: c, to: "stage:///in/c", profile: test }
`);
    expect(jobs.map(({ job: { to, profile } }) => [to, profile])).toEqual([
      ['stage://my-group/in/a', 'prod'],
      ['stage://other/in/b', 'prod'],
      ['stage:///in/c', 'test'],
    ]);
    expect(profiles['prod']).toMatchObject({
      tokenCommand: ['vault', 'read', 'x'],
      authority: {
        stage: { apiVersion: 'v2', organization: 'org-1' },
        s3: { region: 'eu-west-1', signRequest: false },
      },
    });
    expect(profiles['test']!.authority.stage).toMatchObject({
      tokenFile: '/etc/pipes/secrets/token',
      baseUrl: 'http://127.0.0.1:1',
    });
  });

  test('jobs come in the order of the file, also where their names are numbers', () => {
    const { jobs } = read(
      'jobs:\n  "20": { from: a, to: stage://g/a }\n  b: { from: b, to: stage://g/b }\n  "3": { from: c, to: stage://g/c }\n',
    );
    expect(jobs.map(({ name }) => name)).toEqual(['20', 'b', '3']);
  });

  test('rules of filters keep their order', () => {
    const { jobs } = read(
      'jobs:\n  a:\n    from: a\n    to: stage://g/a\n    what: { filters: [{ exclude: "*" }, { include: "*.csv" }] }\n',
    );
    expect(jobs[0]!.job.what.filters).toEqual([
      { kind: 'exclude', pattern: '*' },
      { kind: 'include', pattern: '*.csv' },
    ]);
  });
});

describe('what is wrong is told all at once, with line, column and the nearest known word', () => {
  test('in every part of the file', () => {
    const problems = problemsOf(`
default: {}
defaults: { pace: { max_wait: 10x, concurrency: "4" } }
profiles:
  prod: { api_version: v3, token_file: a, token_command: [b] }
  test: { deployment: a/b, base_url: ftp://x }
notify: [{ webhok: "https://x" }, {}]
jobs:
  orders:
    form: data
    to: stage://g/orders
  no way: {}
  empty:
`);
    expect(problems).toEqual([
      'stagesync.yaml:2:1: there is no "default" here; did you mean "defaults"?',
      'stagesync.yaml:3:21: defaults.pace.max_wait: give a duration with its unit: 500ms, 1s, 5m, 1h.',
      'stagesync.yaml:3:36: defaults.pace.concurrency: has to be a number or auto',
      'stagesync.yaml:5:11: profiles.prod.api_version: has to be v1, v2 or legacy; did you mean "v1"?',
      'stagesync.yaml:6:11: profiles.test.deployment: a name with a slash cannot stand in an address: give the ID of the deployment',
      'stagesync.yaml:6:28: profiles.test.base_url: has to be an address that begins with https:// or http://, without a user or a password',
      'stagesync.yaml:7:12: notify.0: there is no "webhok" here; did you mean "webhook"?',
      'stagesync.yaml:9:3: jobs.orders: needs "from"',
      'stagesync.yaml:10:5: jobs.orders: there is no "form" here; did you mean "from"?',
      'stagesync.yaml:12:3: jobs.no way: give a name of letters, digits, "_", "-" and ".", that begins with a letter or a digit.',
      'stagesync.yaml:13:3: jobs.empty: is empty: give a value, or leave the line out',
    ]);
  });

  test('in jobs of the right shape', () => {
    const problems = problemsOf(`
profiles: { p: { token_file: x, token_command: [y] } }
jobs:
  a: { from: x, to: stage://g/a, profile: q, schedule: 0 0 30 2 * }
  b: { from: x, to: stage://g/b, schedule: { cron: 99 * * * *, timezone: Mars } }
  c: { from: s3://b/x, to: stage://g/c, what: { follow_symlinks: true } }
  d: { from: x, to: stage://g/d, what: { publish_set: true, filters: [{ include: "!x" }, { from: none }] } }
  e: { from: x, to: stage://g/e, when: { settle: 1s }, sqs_queue: "https://q" }
  f: { from: x, to: ftp://x }
  g: { from: x, to: stage://g/.stagesync-x }
  h: { from: x, to: stage://g/h, watch: true, schedule: "0 2 * * *", overlap: cancel }
`);
    expect(problems.map((each) => each.replace('stagesync.yaml:', ''))).toEqual([
      expect.stringMatching(/^2:33: profiles.p.token_command: token_file and token_command say both/),
      expect.stringMatching(/^4:34: jobs.a.profile: there is no profile "q"; did you mean "p"\?/),
      expect.stringMatching(/^4:46: jobs.a.schedule: "0 0 30 2 \*" never comes: there is no such day/),
      expect.stringMatching(/^5:64: jobs.b.schedule.timezone: "Mars" is no time zone/),
      expect.stringMatching(/^6:3: jobs.c: --follow-symlinks is for a directory/),
      expect.stringMatching(/^7:42: jobs.d.what.publish_set: needs atomic/),
      expect.stringMatching(/^7:71: jobs.d.what.filters.0: the pattern begins with "!"/),
      expect.stringMatching(/^7:90: jobs.d.what.filters.1: cannot read \/etc\/pipes\/none/),
      expect.stringMatching(/^8:34: jobs.e.when: says when a watch looks, and the job has no watch/),
      expect.stringMatching(/^8:56: jobs.e.sqs_queue: is for a watch/),
      expect.stringMatching(/^9:17: jobs.f.to: /),
      expect.stringMatching(/^10:3: jobs.g: .*begins with "\.stagesync-"/),
      expect.stringMatching(/^11:70: jobs.h.overlap: is for a schedule without a watch/),
    ]);
  });

  test('what defaults say wrong is told once, where it stands', () => {
    const jobs = ['a', 'b', 'c']
      .map((name) => `  ${name}: { from: ${name}, to: stage://g/${name} }`)
      .join('\n');
    expect(problemsOf(`defaults:\n  what:\n    publish_set: true\njobs:\n${jobs}\n`)).toEqual([
      'stagesync.yaml:3:5: defaults.what.publish_set: needs atomic',
    ]);
  });

  test('the error is a `config` that names the first problem and how many there are', () => {
    const error = (() => {
      try {
        readText('jobs: { a: 1 }\nx: 1\n');
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })() as JobsFileError;
    expect(error.code).toBe('config');
    expect(error.message).toMatch(
      /^stagesync\.yaml:1:9: jobs\.a: .* \(the first of 2 mistakes; "stagesync jobs validate" tells all\)$/,
    );
  });
});

describe('a secret that stands in the file is refused, and never shown', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl';
  test.each([
    [`profiles: { p: { token: "${jwt}" } }`, 'token'],
    ['profiles: { p: { password: hidden-1 } }', 'password'],
    [
      'profiles: { p: { s3: { secret_access_key: hidden-1, access_key_id: hidden-2 } } }',
      'secret_access_key',
    ],
    ['profiles: { p: { apiKey: hidden-1 } }', 'apiKey'],
    [`profiles: { p: { token_file: "${jwt}" } }`, 'what stands here is a secret'],
    [
      `profiles: { p: { token_command: [echo, ${'0123456789abcdef'.repeat(4)}] } }`,
      'what stands here is a secret',
    ],
    ['profiles: { p: { base_url: "https://me:hidden-1@x" } }', 'has a user or a password'],
    ['notify: [{ webhook: "https://me:hidden-1@x" }]', 'has a user or a password'],
  ])('a secret is refused, and not shown: %s', (text, told) => {
    const said = problemsOf(`${text}\njobs: {}\n`).join('\n');
    expect(said).toContain(told);
    expect(said).not.toMatch(/hidden|eyJ|0123456789abcdef/);
  });
});

describe('jobs whose targets overlap are refused, with both places', () => {
  const two = (a: string, b: string, more = ''): string[] =>
    problemsOf(`${more}jobs:\n  a:\n    from: x\n    to: ${a}\n  b:\n    from: y\n    to: ${b}\n`);

  test.each([
    ['stage://g/in', 'stage://g/in/'],
    ['stage://g/in', 'stage://g/in/deeper'],
    ['stage://g/in/deeper', 'stage://g/in'],
    ['stage://g/', 'stage://g/in'],
    ['stage://G/in', 'stage://g/in'],
    ['stage:///in', 'stage://named-by-environment/in'],
    ['stage://local/in', 'stage://local/in'],
  ])('%s and %s', (a, b) => {
    const text = `jobs:\n  a:\n    from: x\n    to: ${a}\n  b:\n    from: y\n    to: ${b}\n`;
    const problems = problemsOf(text, { SINGLESTOREDB_WORKSPACE_GROUP: 'named-by-environment' });
    expect(problems).toEqual([
      expect.stringMatching(/^stagesync.yaml:(7|4):5: jobs\.(b|a)\.to: .*the job (a|b) goes \(line (4|7)\)/),
    ]);
  });

  test.each([
    ['stage://g/in', 'stage://g/inner'],
    ['stage://g/in', 'stage://h/in'],
    ['stage://g/in/a', 'stage://g/in/b'],
  ])('%s and %s are apart', (a, b) => {
    expect(two(a, b)).toEqual([]);
  });

  test('one name of a deployment is another deployment in another organization', () => {
    const profiles = 'profiles: { one: { organization: "1" }, two: { organization: "2" } }\n';
    const jobs = (second: string): string =>
      `${profiles}jobs:\n  a: { from: x, to: "stage://g/in", profile: one }\n  b: { from: x, to: "stage://g/in", profile: ${second} }\n`;
    expect(problemsOf(jobs('two'))).toEqual([]);
    expect(problemsOf(jobs('one'))).toHaveLength(1);
  });
});

test.each([
  ['places that do not end', `a: "${'${'.repeat(100_000)}"`],
  ['beginnings of tokens', `a: ${'eyJ'.repeat(100_000)}`],
  ['beginnings of addresses', `a: ${'a.'.repeat(100_000)}`],
  ['a path of many folders', `jobs: { a: { from: ${'/a'.repeat(100_000)}, to: "stage://g/x" } }`],
  ['a name without an end', `${'x'.repeat(300_000)}: 1`],
  [
    'a long cron line',
    `jobs: { a: { from: x, to: "stage://g/x", schedule: "${'1,'.repeat(100_000)} * * * *" } }`,
  ],
])('a hostile text is refused at once, and shown shortened: %s', (_, text) => {
  const problems = problemsOf(text);
  expect(problems.length).toBeGreaterThan(0);
  for (const each of problems) expect(each.length).toBeLessThan(1000);
});

const GROUP = '11111111-2222-3333-4444-555555555555';

test.each<[string, string, string, Readonly<Record<string, string>>?]>([
  [
    'the usual server, named or not',
    `{ deployment: g, base_url: "https://api.singlestore.com" }`,
    '{ deployment: g }',
  ],
  [
    'a server with a slash at its end',
    `{ deployment: g, base_url: "https://x.com/" }`,
    `{ deployment: g, base_url: "https://x.com" }`,
  ],
  [
    'the server of the environment',
    `{ deployment: g, base_url: "https://env.com" }`,
    '{ deployment: g }',
    { SINGLESTOREDB_MANAGEMENT_BASE_URL: 'https://env.com' },
  ],
  [
    'the organization of the environment',
    '{ deployment: g, organization: org }',
    '{ deployment: g }',
    { SINGLESTOREDB_ORGANIZATION: 'org' },
  ],
  [
    'an ID, with an organization or without',
    `{ deployment: ${GROUP}, organization: org }`,
    `{ deployment: ${GROUP} }`,
  ],
])('one Stage by two profiles is one: %s', (_, p, q, environment = {}) => {
  const text = (server: string): string =>
    `profiles:\n  p: ${p}\n  q: ${server}\njobs:\n  a: { from: x, to: "stage:///d", profile: p }\n  b: { from: y, to: "stage:///d/e", profile: q }\n`;
  expect(problemsOf(text(q), environment)).toEqual([
    expect.stringMatching(/jobs\.b\.to: .* lies in, where the job a goes/),
  ]);
  expect(problemsOf(text('{ deployment: g, base_url: "https://other.com" }'), environment)).toEqual([]);
});

test('the quota of a profile is a size', () => {
  const text = (quota: string): string =>
    `profiles: { p: { quota: ${quota} } }\njobs:\n  a: { from: x, to: "stage://g/a", profile: p }\n`;
  expect(read(text('10G')).profiles['p']?.quota).toBe(10 * 2 ** 30);
  expect(problemsOf(text('ten'))).toEqual([expect.stringMatching(/profiles\.p\.quota: .*give bytes/i)]);
});

test('a region that would name another host is refused', () => {
  const text =
    'profiles: { p: { s3: { region: "evil.example/#" } } }\njobs:\n  a: { from: "s3://b/x", to: "stage://g/a", profile: p }\n';
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(/profiles\.p\.s3\.region: has to be the name of a region/),
  ]);
});

test('a duration without its unit is a mistake: as in flags, and unlike in a job of a program', () => {
  expect(
    problemsOf(
      'jobs:\n  a: { from: a, to: "stage://g/a", when: { poll: 5 }, load: { wait: 10 }, timeout: 3 }\n',
    ),
  ).toEqual(
    ['when.poll', 'load.wait', 'timeout'].map((path) =>
      expect.stringMatching(new RegExp(`jobs\\.a\\.${path}: give a duration with its unit: 500ms, 1s`)),
    ),
  );
});

test('a rule that is none says which keys one has', () => {
  expect(
    problemsOf('jobs:\n  a: { from: a, to: "stage://g/a", what: { filters: [{ exclud: x }] } }\n'),
  ).toEqual([expect.stringMatching(/filters\.0: has to be a map with include, exclude or from$/)]);
});
