import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { commandsOf } from '../../src/cli/flags/command-tree.ts';
import { readJobsText } from '../../src/jobs-file/read-jobs-file.ts';
import { wholeProgram } from '../support/cli/nouns.ts';

const read = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

/** Anything of a manifest, by its path. */
type Tree = { readonly [key: string]: Tree } & { readonly [index: number]: Tree };

const documentsOf = (name: string): Tree[] =>
  parseAllDocuments(read(name), { strict: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Tree;
  });

const program = await wholeProgram();

/** Whether the command line has this command with these flags, and the jobs file. */
function expectCommandLine(words: readonly string[]): void {
  expectFlags(words);
  expect(words).toContain('/etc/stagesync/stagesync.yaml');
}

/** Whether the command line has this command with these flags. */
function expectFlags(words: readonly string[]): void {
  const command = commandsOf(program).find((each) => each.name() === words[0]);
  expect(command, words.join(' ')).toBeDefined();
  const flags = words.filter((word) => word.startsWith('--'));
  const known = command!.options.map(({ long }) => long);
  expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
}

const JOBS = documentsOf('kubernetes/configmap.yaml')[0]!;
const [DEPLOYMENT, CLAIM] = documentsOf('kubernetes/deployment.yaml');
const CRON = documentsOf('kubernetes/cronjob.yaml')[0]!;
const [STANDBY, BUDGET] = documentsOf('kubernetes/standby.yaml');
const PODS = [
  ['the daemon', DEPLOYMENT!['spec']!['template']!['spec']!],
  ['each of two daemons', STANDBY!['spec']!['template']!['spec']!],
  ['the cron job', CRON['spec']!['jobTemplate']!['spec']!['template']!['spec']!],
] as const;

test('the jobs of the ConfigMap are a jobs file without a mistake, and their token comes from the Secret', () => {
  const { file } = readJobsText(JOBS['data']!['stagesync.yaml'] as unknown as string, {
    environment: {},
    home: '/home/node',
    folder: '/etc/stagesync',
    isNamed: true,
    place: '/etc/stagesync/stagesync.yaml',
    shown: 'stagesync.yaml',
  });
  expect(file.jobs.map(({ name, watch, schedule }) => [name, watch, schedule?.cron])).toEqual([
    ['orders', false, '*/15 * * * *'],
    ['customers', true, undefined],
  ]);
  const mounts = PODS[0][1]['containers']![0]!['volumeMounts'] as unknown as Record<string, unknown>[];
  const token = mounts.find(({ name }) => name === 'token')!;
  expect(file.profiles['production']!.authority.stage.tokenFile).toBe(`${String(token['mountPath'])}/token`);
});

describe.each(PODS)('%s in Kubernetes', (_, pod) => {
  const container = pod['containers']![0]!;

  test('runs a command line that there is', () => {
    expectCommandLine(container['args'] as unknown as string[]);
    const probe = container['livenessProbe']?.['exec']?.['command'] as unknown as string[] | undefined;
    if (probe !== undefined) expectCommandLine(probe.slice(1));
  });

  test('has rights for nothing, and a volume for every mount', () => {
    expect(pod['securityContext']).toMatchObject({ runAsNonRoot: true });
    expect(container['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const names = (list: unknown): string[] =>
      (list as { name: string }[]).map(({ name }) => name).toSorted();
    // of a stateful set each pod has a volume of its own
    const own = pod === PODS[1][1] ? STANDBY!['spec']!['volumeClaimTemplates'] : [];
    const claimed = (own as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    expect(names(container['volumeMounts'])).toEqual([...names(pod['volumes']), ...claimed].toSorted());
    const volumes = pod['volumes'] as unknown as Record<string, Record<string, string>>[];
    const of = (name: string) => volumes.find((volume) => (volume['name'] as unknown) === name)!;
    expect(of('jobs')['configMap']!['name']).toBe(JOBS['metadata']!['name']);
    if (claimed.length === 0)
      expect(of('state')['persistentVolumeClaim']!['claimName']).toBe(CLAIM!['metadata']!['name']);
    else expect(claimed).toEqual(['state']);
  });

  test('is given the time to finish what is in flight', () => {
    expect(pod['terminationGracePeriodSeconds']).toBe(300);
  });
});

test('one daemon at a time in Kubernetes, and one run', () => {
  expect(DEPLOYMENT).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { replicas: 1, strategy: { type: 'Recreate' } },
  });
  expect(DEPLOYMENT!['spec']!['selector']!['matchLabels']).toEqual(
    DEPLOYMENT!['spec']!['template']!['metadata']!['labels'],
  );
  expect(CRON).toMatchObject({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: { concurrencyPolicy: 'Forbid' },
  });
});

test('the compose file runs a command line that there is, and gives it time and a state that stays', () => {
  const compose = parse(read('compose.yaml')) as Tree;
  const service = compose['services']!['stagesync']!;
  expectCommandLine(service['command'] as unknown as string[]);
  expectCommandLine((service['healthcheck']!['test'] as unknown as string[]).slice(2));
  expect(service).toMatchObject({ stop_grace_period: '5m', read_only: true, cap_drop: ['ALL'] });
  expect(service['volumes']).toContain('state:/state');
  expect(Object.keys(compose['volumes']!)).toEqual(['state']);
  expect(Object.keys(compose['secrets']!)).toEqual(service['secrets']);
});

test('two daemons in Kubernetes: both may be ready, one is drained at a time, and no password is in the command line', () => {
  expect(STANDBY).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    spec: { replicas: 2, podManagementPolicy: 'Parallel' },
  });
  const labels = STANDBY!['spec']!['selector']!['matchLabels'];
  expect(labels).toEqual(STANDBY!['spec']!['template']!['metadata']!['labels']);
  expect(BUDGET).toMatchObject({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  });
  const container = PODS[1][1]['containers']![0]!;
  expect(container['args']).toContain('--ledger-copy');
  expect(JSON.stringify(container['args'])).not.toContain('redis');
  expect(container['env']).toMatchObject([{ name: 'STAGESYNC_LEASE_URL' }]);
  for (const [probe, path] of [
    ['livenessProbe', '/healthz'],
    ['readinessProbe', '/readyz'],
  ] as const)
    expect(container[probe]!['httpGet']).toEqual({ path, port: 'http' });
});

test('two daemons of a compose file have a state each, and share the lease and the ledgers', () => {
  const { services, volumes } = parse(read('compose.standby.yaml'), { merge: true }) as Tree;
  expect(services!['broker']!['command']).toContain('noeviction');
  const mounts = ['one', 'other'].map((name) => {
    const service = services![name]!;
    expectCommandLine(service['command'] as unknown as string[]);
    expect(service['command']).toContain('redis://broker:6379/0');
    expect(service).toMatchObject({ stop_grace_period: '5m', read_only: true, cap_drop: ['ALL'] });
    return service['volumes'] as unknown as string[];
  });
  expect(mounts[0]!.filter((mount) => !mounts[1]!.includes(mount))).toEqual(['state-one:/state']);
  expect(mounts[1]!.filter((mount) => !mounts[0]!.includes(mount))).toEqual(['state-other:/state']);
  expect(Object.keys(volumes!)).toEqual(['broker', 'ledgers', 'state-one', 'state-other']);
});

test('workers in Kubernetes: no state, no rights, no password in the command line, one drained at a time', () => {
  const [workers, budget] = documentsOf('kubernetes/workers.yaml');
  const labels = workers!['spec']!['selector']!['matchLabels'];
  expect(workers).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } } },
  });
  expect(labels).toEqual(workers!['spec']!['template']!['metadata']!['labels']);
  expect(budget).toMatchObject({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  });
  const pod = workers!['spec']!['template']!['spec']!;
  expect(pod).toMatchObject({ terminationGracePeriodSeconds: 300, securityContext: { runAsNonRoot: true } });
  const container = pod['containers']![0]!;
  expect(container['securityContext']).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const args = container['args'] as unknown as string[];
  expectFlags(args);
  expect(args[0]).toBe('worker');
  expect(JSON.stringify(args)).not.toContain('redis');
  expect(container['env']).toMatchObject([{ name: 'STAGESYNC_QUEUE_URL' }]);
  for (const [probe, path] of [
    ['livenessProbe', '/healthz'],
    ['readinessProbe', '/readyz'],
  ] as const)
    expect(container[probe]!['httpGet']).toEqual({ path, port: 'http' });
  const mounts = container['volumeMounts'] as unknown as { name: string; mountPath: string }[];
  const volumes = pod['volumes'] as unknown as { name: string }[];
  expect(mounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
  const token = mounts.find(({ name }) => name === 'token')!;
  expect(args).toContain(`${token.mountPath}/token`);
});

test('workers of a compose file see the files of the daemon at the same path, and share its queue alone', () => {
  const { services, volumes } = parse(read('compose.workers.yaml'), { merge: true }) as Tree;
  const [daemon, worker] = [services!['daemon']!, services!['worker']!];
  expect(services!['queue']!['command']).toContain('noeviction');
  expectCommandLine(daemon['command'] as unknown as string[]);
  expectFlags(worker['command'] as unknown as string[]);
  for (const service of [daemon, worker]) {
    expect(service['command']).toContain('redis://queue:6379/0');
    expect(service).toMatchObject({ stop_grace_period: '5m', read_only: true, cap_drop: ['ALL'] });
    expect(service['build']!['args']).toEqual({ CLIENTS: 'ioredis bullmq' });
  }
  const [files] = worker['volumes'] as unknown as string[];
  expect(worker['volumes']).toEqual([files]);
  expect(daemon['volumes']).toContain(files);
  expect(files!.split(':')[1]).toBe((worker['command'] as unknown as string[])[4]);
  expect(Object.keys(volumes!)).toEqual(['queue', 'state']);
});

test('the clients that an image may be built with are the optional packages, and no others', () => {
  const { peerDependencies } = JSON.parse(read('../package.json')) as { peerDependencies: object };
  const clients = (file: string): string[] =>
    [...read(file).matchAll(/CLIENTS[:=] ?"?([a-z ]*)/g)].flatMap(([, names]) => names!.trim().split(' '));
  for (const file of ['Dockerfile', 'compose.workers.yaml', 'compose.standby.yaml'])
    for (const name of clients(file).filter((each) => each !== ''))
      expect(Object.keys(peerDependencies)).toContain(name);
  expect(read('Dockerfile')).toContain('npm install --global /tmp/stagesync.tgz $CLIENTS');
});

test('the image keeps its state where the manifests mount a volume', () => {
  expect(read('Dockerfile')).toContain('XDG_STATE_HOME=/state');
});

/** The values of a unit, by their names. */
const unit = (name: string): Record<string, string[]> => {
  const values: Record<string, string[]> = {};
  for (const [, key = '', value = ''] of read(name).matchAll(/^(\w+)=(.*)$/gm))
    (values[key] ??= []).push(value);
  return values;
};

test('the unit of the file starts the daemon, reloads it, and gives it time', () => {
  const values = unit('stagesync.service');
  expectCommandLine(values['ExecStart']![0]!.split(' ').slice(2));
  expect(values).toMatchObject({
    Type: ['notify'],
    ExecReload: ['/bin/kill -HUP $MAINPID'],
    KillMode: ['mixed'],
    TimeoutStopSec: ['5min'],
    RestartPreventExitStatus: ['2 6'],
    StateDirectoryMode: ['0700'],
    NoNewPrivileges: ['yes'],
  });
  expect(values['Environment']).toContain('XDG_STATE_HOME=/var/lib/stagesync');
});

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

test.runIf(hasAnalyze).each(['stagesync.service', 'stagesync@.service'])(
  'systemd finds nothing wrong with %s',
  (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'stagesync-unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // an instance, where the unit is of many
    const file = join(folder, name.replace('@', '@exports'));
    writeFileSync(file, read(name));
    expect(execFileSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })).toBe('');
  },
);
