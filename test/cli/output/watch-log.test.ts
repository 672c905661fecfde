import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openWatchLog, type LogFlags } from '../../../src/cli/output/watch-log.ts';
import { errorDataBeside, SyncError } from '../../../src/model/errors.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { WatchEvent } from '../../../src/sync/watch/watch-events.ts';
import { reportWith } from '../../support/cli/report.ts';

describe('the log', () => {
  async function logOf(events: readonly WatchEvent[], flags: LogFlags): Promise<string> {
    const stream = new PassThrough();
    const log = await openWatchLog(stream, flags);
    for (const event of events) log.onEvent(event);
    log.close();
    return String(stream.read() ?? '');
  }
  const trouble: WatchEvent = {
    type: 'sync',
    event: {
      type: 'problem',
      path: 'x/\u001b[31mred',
      code: 'unreadable',
      severity: 'failure',
      message: 'permission denied',
    },
  };

  test('is JSON lines where nobody looks, with the facts', async () => {
    const [line = '{}'] = (await logOf([trouble], {})).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      code: 'unreadable',
      msg: String.raw`x/\u{1b}[31mred: permission denied`,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('is text for a person', async () => {
    const text = await logOf([{ type: 'notice', message: 'events were lost' }], { log: 'text' });
    expect(text).toMatch(/WARN.*events were lost/);
    expect(text).not.toContain('{');
  });

  test.each([
    ['rows_may_double', 'rows of orders may double'],
    ['unreadable', 'the source: rows of orders may double'],
  ] as const)('says of trouble without a path what it is about: %s', async (code, msg) => {
    const event: SyncEvent = {
      type: 'problem',
      path: '',
      code,
      severity: 'warning',
      message: 'rows of orders may double',
    };
    expect(JSON.parse(await logOf([{ type: 'sync', event }], {}))).toMatchObject({ msg });
  });

  test('names a failed file once', async () => {
    const started: SyncEvent = {
      type: 'pass:started',
      source: '/data',
      destination: 'stage://local/in/',
      dryRun: false,
    };
    const failed: SyncEvent = {
      type: 'action',
      kind: 'upload',
      path: 'a.csv',
      reason: 'new',
      ms: 1,
      outcome: 'failed',
      error: errorDataBeside(
        'a.csv',
        new SyncError('stage_rejected', (name) => `Stage refused to upload ${name} (status 400).`, {
          verdict: 'skip_entry',
          path: 'in/a.csv',
        }),
      ),
    };
    const said = await logOf(
      [started, failed].map((event) => ({ type: 'sync', event })),
      {},
    );
    expect(JSON.parse(said)).toMatchObject({
      msg: 'a.csv: Stage refused to upload it (status 400).',
      error: failed.error,
    });
  });

  test('counts the folders of a pass that made or removed some', async () => {
    const report = reportWith({ uploaded: 2, foldersCreated: 1, foldersRemoved: 2, durationMs: 7 });
    const pass = { startedMs: 0, folders: 1, reason: 'changes', report, error: undefined };
    expect(JSON.parse(await logOf([{ type: 'pass', ...pass }], {})).msg).toBe(
      'looked at 1 folder (changes): 2 uploaded, 1 folder created, 2 folders removed, 7ms',
    );
  });

  test.each([
    ['stage_unreachable', 'warn', undefined, 'everything'],
    ['stage_unreachable', 'warn', 1, '1 folder'],
    ['interrupted', 'info', undefined, 'everything'],
  ] as const)('of a pass that %s ended early is a %s that says why', async (code, level, folders, scope) => {
    const error = { code, message: 'List x/ failed: it says\nno.' };
    const report = reportWith({ durationMs: 7 });
    const said = await logOf([{ type: 'pass', startedMs: 0, folders, reason: 'start', report, error }], {});
    expect(JSON.parse(said)).toMatchObject({ level, error: code });
    expect(JSON.parse(said).msg).toBe(
      `the look at ${scope} (start) ended early, with nothing done, 7ms: List x/ failed: it says\\nno.`,
    );
  });

  test('tells of the same trouble once, and of every try only with --verbose', async () => {
    expect((await logOf([trouble, trouble, trouble], {})).trim().split('\n')).toHaveLength(1);
    expect((await logOf([trouble, trouble, trouble], { verbose: true })).trim().split('\n')).toHaveLength(3);
  });

  test('tells of it again only when a look at everything did not meet it in between', async () => {
    const full: WatchEvent = {
      type: 'pass',
      startedMs: 0,
      folders: undefined,
      reason: 'start',
      report: reportWith(),
      error: undefined,
    };
    const warnings = async (events: readonly WatchEvent[]): Promise<number> =>
      (await logOf(events, {})).split('\n').filter((line) => line.includes('permission denied')).length;
    expect(await warnings([trouble, full, trouble, full, trouble])).toBe(1);
    expect(await warnings([trouble, full, full, trouble])).toBe(2);
  });

  test('says nothing of a file that only changes while it is read', async () => {
    const moving: WatchEvent = {
      type: 'sync',
      event: { type: 'problem', path: 'a', code: 'entry_gone', severity: 'warning', message: 'gone' },
    };
    expect(await logOf([moving], {})).toBe('');
  });
});
