import { expect, test } from 'vitest';
import {
  budgetLabel,
  budgetTold,
  leaderTold,
  telling,
  withWorkers,
  workersTold,
} from '../../page/src/text/machines.ts';
import { currentRun, jobView } from '../support/page/imitated-daemon.ts';

const worker = (batches: number) => ({ name: 'w', lanes: 8, transfers: batches * 50, batches });

test('workers are counted, and whoever waits for one is told', () => {
  const told = (batches: readonly number[]) => workersTold({ isUp: true, workers: batches.map(worker) });
  expect(told([1, 0, 2])).toEqual({ text: '3, 2 sending', tone: 'good' });
  expect(told([1, 2]).text).toBe('2, all sending');
  expect(told([0]).text).toBe('1, none sending');
  expect(told([])).toEqual({ text: 'none: files wait until one starts', tone: 'warn' });
  expect(workersTold({ isUp: false, workers: [] }).tone).toBe('bad');
  expect(workersTold({ workers: [] }).tone).toBe('calm');
});

test('what is with workers is the sum of all jobs; a job that sends its files itself has nothing there', () => {
  const counts = { batches: 0, requests: 0, redelivered: 0, duplicates: 0, reshipped: 0 };
  const workers = { ...counts, waiting: 1, active: 0, answered: 0, files: 300, bytes: 6_000_000 };
  const job = (name: string) => jobView(name, { current: currentRun('r', { workers }) });
  expect(withWorkers([job('a'), job('b'), jobView('c', { current: currentRun('r') })])).toBe(
    '600 files, 12 MB',
  );
  const none = { ...workers, files: 0, bytes: 0 };
  expect(withWorkers([jobView('a', { current: currentRun('r', { workers: none }) })])).toBe('nothing');
  expect(withWorkers([jobView('c')])).toBe(undefined);
});

test('a budget says how fast all may go, or what they wait for', () => {
  const budget = { budget: 'redis://r/0', name: 'https://api/1', reached: true };
  expect(budgetTold({ ...budget, perSecond: 195, users: 4 }, 0)).toEqual({
    text: '195 requests a second, 4 processes',
    tone: 'good',
  });
  expect(budgetTold(budget, 0).text).toBe('no limit met yet');
  expect(budgetTold({ ...budget, pausedUntilMs: 5000, users: 1 }, 1000)).toEqual({
    text: 'all wait for 4s, as Stage asked, 1 process',
    tone: 'warn',
  });
  expect(budgetTold({ ...budget, reached: false }, 0).tone).toBe('warn');
  expect(telling([budget, { ...budget, users: 1 }])).toEqual([{ ...budget, users: 1 }]);
});

test('a budget is named by its deployment, else by its API, or as somebody named it', () => {
  expect(budgetLabel('https://api.singlestore.com/2cfe')).toBe('2cfe');
  expect(budgetLabel('https://api.singlestore.com')).toBe('api.singlestore.com');
  expect(budgetLabel('landing')).toBe('landing');
});

test('who leads is told, and that nobody does', () => {
  const lease = { name: 'jobs', brokerUp: true } as const;
  expect(leaderTold({ ...lease, state: 'leading', epoch: 3 }).text).toBe('this daemon');
  expect(leaderTold({ ...lease, state: 'standby', leader: 'h (process 3)' }).text).toBe('h (process 3)');
  expect(leaderTold({ ...lease, state: 'standby' })).toEqual({ text: 'nobody', tone: 'bad' });
  expect(leaderTold({ ...lease, state: 'standby', brokerUp: false }).text).toMatch(/^not known/);
});
