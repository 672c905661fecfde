import { expect, test } from 'vitest';
import { budgetText, leadershipText, queueText } from '../../../../src/cli/commands/status/machines-text.ts';
import { machinesOf } from '../../../../src/cli/commands/status/machines-of-daemon.ts';
import type { QueueView } from '../../../../src/daemon/view/machines-view.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const OPTIONS = { nowMs: NOW, isTerminal: false };

const queue = (changes: Partial<QueueView>): QueueView => ({
  queue: 'redis://q/0',
  isUp: true,
  workers: [],
  pairs: [],
  ...changes,
});

const worker = (name: string, changes = {}) => ({ name, lanes: 8, transfers: 0, batches: 0, ...changes });

test('workers are told one by one, with what they are doing', () => {
  const workers = [
    worker('a-1', { host: 'a', pid: 12, sinceMs: NOW }),
    worker('b-2', { transfers: 30, batches: 1 }),
  ];
  expect(queueText(queue({ workers }), OPTIONS)).toEqual([
    'queue redis://q/0',
    '  workers  2, with 16 requests at once',
    '  worker   a-1',
    '           process 12, since 2026-11-26T10:00:00.000Z, 8 requests at once',
    '           waits for files',
    '  worker   b-2',
    '           8 requests at once',
    '           sends 30 files of 1 batch',
    '  pairs    none has anything in it',
  ]);
});

test('a pair is told with its batches and its sync, and one whose sync is gone says so', () => {
  const none = { waiting: 0, active: 0, answered: 0 };
  const pairs = [
    {
      ...none,
      pair: 'p1',
      source: '/a',
      destination: 'stage://g/a/',
      host: 'h',
      pid: 7,
      isAtWork: true,
      waiting: 14,
      active: 2,
      answered: 1,
    },
    {
      ...none,
      pair: 'p2',
      source: '/b',
      destination: 'stage://g/b/',
      host: 'h',
      pid: 8,
      isAtWork: false,
      answered: 1,
    },
    { ...none, pair: 'p3', isAtWork: false, active: 1 },
  ];
  expect(queueText(queue({ pairs }), OPTIONS).slice(2)).toEqual([
    '  pair     /a -> stage://g/a/',
    '           14 batches wait, 2 are being sent, 1 is answered',
    '           process 7, on h',
    '  pair     /b -> stage://g/b/',
    '           1 batch is answered',
    '           its sync does not work now (process 8, on h); the next run goes on',
    '  pair     p3',
    '           1 batch is being sent',
    '           its sync does not work now; the next run goes on',
  ]);
});

test('no worker, no answer, and more than one wants to read', () => {
  expect(queueText(queue({}), OPTIONS)[1]).toBe(
    '  workers  none; start one: stagesync worker --queue redis://q/0',
  );
  expect(queueText(queue({ isUp: false }), OPTIONS)).toEqual([
    'queue redis://q/0',
    '  now      does not answer',
  ]);
  const workers = Array.from({ length: 25 }, (_, at) => worker(`w-${at}`));
  const text = queueText(queue({ workers }), OPTIONS);
  expect(text.filter((line) => line.includes('worker   w-'))).toHaveLength(20);
  expect(text).toContain('           and 5 more workers: --json tells of all');
});

test('what others wrote into the server cannot steer the terminal', () => {
  const text = queueText(queue({ workers: [worker('a\u001b[31m')] }), OPTIONS);
  expect(text.join('\n')).not.toContain('\u001b');
});

test('a budget is told with its rate, its users and its pause', () => {
  const budget = { budget: 'redis://q/0', name: 'https://api/1', reached: true };
  expect(budgetText({ ...budget, perSecond: 195, users: 5, pausedUntilMs: NOW + 2000 }, OPTIONS)).toEqual([
    'budget https://api/1',
    '  server   redis://q/0',
    '  pace     195 requests a second, 5 processes at work',
    '  paused   for another 2s, as Stage asked',
  ]);
  expect(budgetText({ ...budget, reached: false, users: 1 }, OPTIONS)).toEqual([
    'budget https://api/1',
    '  server   redis://q/0 does not answer: this daemon keeps to its share',
    '  pace     nothing limits it yet, 1 process at work',
  ]);
});

test('who leads is told', () => {
  const lease = { name: 'jobs', brokerUp: true } as const;
  expect(leadershipText('/f', { ...lease, state: 'leading', epoch: 3 })).toEqual([
    'daemon of /f',
    '  now      leads jobs (epoch 3)',
  ]);
  expect(
    leadershipText('/f', { ...lease, state: 'standby', leader: 'h (process 3)', brokerUp: false }),
  ).toEqual(['daemon of /f', '  now      stands by: h (process 3) leads jobs', '  broker   does not answer']);
});

test('of a daemon all that it shares is told, and of one that is alone nothing', () => {
  const daemon = { startedMs: NOW, file: '/f', jobs: [] };
  expect(machinesOf(undefined, OPTIONS)).toEqual([]);
  expect(machinesOf(daemon, OPTIONS)).toEqual([]);
  const budget = { budget: 'redis://q/0', name: 'https://api/1', reached: true, pausedUntilMs: NOW };
  const worker = { name: 'w', lanes: 1, transfers: 0, batches: 0, sinceMs: NOW };
  const shown = machinesOf(
    {
      ...daemon,
      leadership: { name: 'jobs', state: 'leading', epoch: 3, brokerUp: true },
      machines: { queue: queue({ workers: [worker] }), budgets: [budget] },
    },
    OPTIONS,
  );
  expect(shown.map(({ text }) => text[0])).toEqual([
    'daemon of /f',
    'queue redis://q/0',
    'budget https://api/1',
  ]);
  const at = '2026-11-26T10:00:00.000Z';
  expect(shown.map(({ object }) => object)).toMatchObject([
    { type: 'leadership', file: '/f', state: 'leading', epoch: 3 },
    { type: 'queue', isUp: true, workers: [{ name: 'w', since: at }] },
    { type: 'budget', name: 'https://api/1', pausedUntil: at },
  ]);
});
