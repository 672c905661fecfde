import { describe, expect, test } from 'vitest';
import type { SyncEvent } from '../../../src/model/events.ts';
import { errorDataBeside, SyncError } from '../../../src/model/errors.ts';
import type { ErrorData } from '../../../src/model/errors.ts';
import { textReader } from '../../../src/cli/output/text.ts';
import { reportWith as report } from '../../support/cli/report.ts';

function reading(options: { verbose?: boolean; quiet?: boolean } = {}) {
  const results: string[] = [];
  const notices: string[] = [];
  const reader = textReader({
    verbose: options.verbose ?? false,
    quiet: options.quiet ?? false,
    result: (line) => results.push(line),
    notice: (line) => notices.push(line),
  });
  return { reader, results, notices };
}

const UPLOAD = { type: 'action', kind: 'upload', reason: 'new', bytes: 1234, ms: 20 } as const;
const upload = (path: string): SyncEvent => ({ ...UPLOAD, path, outcome: 'done' });
const failed = (path: string, error: ErrorData): SyncEvent => ({ ...UPLOAD, path, outcome: 'failed', error });

const link = (path: string): SyncEvent => ({
  type: 'problem',
  path,
  code: 'link_skipped',
  severity: 'warning',
  message: 'a symbolic link; --follow-symlinks takes it along',
});

describe('plain lines', () => {
  test('are silent about single actions, and one line each under --verbose', () => {
    const plain = reading();
    plain.reader.onEvent(upload('a.csv'));
    expect(plain.results).toEqual([]);
    const verbose = reading({ verbose: true });
    verbose.reader.onEvent(upload('a.csv'));
    expect(verbose.results).toEqual(['upload  a.csv  (new, 1.23 kB)  20ms']);
  });

  test('speak of downloads and of the directory where a Stage comes to a directory', () => {
    const { reader, results } = reading({ verbose: true });
    const ends = { source: 'stage://local/in/', destination: '/data', dryRun: false };
    reader.onEvent({ type: 'pass:started', ...ends });
    reader.onEvent({ ...UPLOAD, path: 'a.csv', reason: 'missing', outcome: 'done' });
    reader.finish(report({ uploaded: 1, adopted: 2, bytes: 1234 }), undefined);
    expect(results).toContain('download  a.csv  (missing in the directory, 1.23 kB)  20ms');
    expect(results).toContain('  changed    1 downloaded (1.23 kB)');
    expect(results).toContain('  kept       2 found equal in the directory and adopted');
    expect(results.join('\n')).not.toMatch(/upload| on Stage/);
  });

  test('always say what failed and why', () => {
    const { reader, notices } = reading({ quiet: true });
    reader.onEvent(failed('a\n.csv', { code: 'stage_rejected', message: 'Stage says no' }));
    expect(notices).toEqual(['failed: a\\n.csv: Stage says no']);
  });

  test('name a failed file once', () => {
    const { reader, results, notices } = reading();
    reader.onEvent({
      type: 'pass:started',
      source: '/data',
      destination: 'stage://local/in/',
      dryRun: false,
    });
    const said = (name: string): string => `Stage refused to upload ${name} (status 400: no).`;
    const error = new SyncError('stage_rejected', said, { verdict: 'skip_entry', path: 'in/a.csv' });
    reader.onEvent(failed('a.csv', errorDataBeside('a.csv', error)));
    reader.finish(report({ outcome: 'failures', failed: 1 }), undefined);
    expect(notices).toEqual(['failed: a.csv: Stage refused to upload it (status 400: no).']);
    expect(results.at(-1)).toBe(
      '  failed     stage_rejected: a.csv: Stage refused to upload it (status 400: no).',
    );
  });

  test('tell a reason once where file after file fails for it', () => {
    const { reader, results, notices } = reading();
    const refusal = { code: 'stage_unavailable', message: 'Stage refused (503); gave up' } as const;
    reader.onEvent(failed('a', refusal));
    reader.onEvent(failed('b', refusal));
    reader.onEvent({ type: 'throttled', requestsPerSecond: 1, pauseMs: 1000 });
    reader.onEvent(failed('c', refusal));
    expect(notices.filter((line) => line.startsWith('failed'))).toEqual([
      'failed: a: Stage refused (503); gave up',
      'failed: b: the same',
      'failed: c: Stage refused (503); gave up',
    ]);
    const error = new SyncError('stage_unavailable', refusal.message, { verdict: 'end_run' });
    reader.finish(report({ outcome: 'failures', failed: 3 }), error);
    expect(results.at(-1)).toBe('  failed     3 × stage_unavailable');
  });

  test('stop repeating one cause after fifty, and count the rest in the report', () => {
    const { reader, results, notices } = reading();
    for (let i = 0; i < 1000; i++) reader.onEvent(link(`l${i}`));
    reader.finish(report({ outcome: 'warnings', skipped: 1000 }), undefined);
    expect(notices).toHaveLength(50);
    expect(results.at(-1)).toMatch(
      /1,000 × link_skipped, 950 of them not shown above; first: l0: a symbolic link/,
    );
  });

  test('repeat every one under --verbose', () => {
    const { reader, notices } = reading({ verbose: true });
    for (let i = 0; i < 60; i++) reader.onEvent(link(`l${i}`));
    expect(notices).toHaveLength(60);
  });

  test('show attempts only under --verbose', () => {
    const retry: SyncEvent = {
      type: 'retry',
      operation: 'upload',
      path: 'a.csv',
      attempt: 2,
      waitMs: 300,
      error: { code: 'stage_unavailable', message: 'Stage answered 503' },
    };
    const plain = reading();
    plain.reader.onEvent(retry);
    expect(plain.notices).toEqual([]);
    const verbose = reading({ verbose: true });
    verbose.reader.onEvent(retry);
    expect(verbose.notices).toEqual(['retry: upload a.csv, attempt 2 in 300ms: Stage answered 503']);
  });
});

describe('the report', () => {
  test('says what was done, what it took, and what was left out and why', () => {
    const { reader, results } = reading();
    reader.onEvent(link('l'));
    reader.finish(
      report({
        outcome: 'failures',
        uploaded: 12,
        bytes: 3_000_000,
        moved: 1,
        removed: 2,
        unchanged: 30,
        foldersCreated: 1,
        requests: 25,
        retries: 3,
        skipped: 1,
      }),
      undefined,
    );
    expect(results).toEqual([
      'Not in sync: some entries failed',
      '  changed    12 uploaded (3 MB), 1 moved, 2 removed, 1 folder created',
      '  kept       30 unchanged',
      '  requests   25 (3 retries)',
      '  took       1.5s, 2 MB/s',
      '  left out   link_skipped: l: a symbolic link; --follow-symlinks takes it along',
    ]);
  });

  test('of a dry run lists the plan, its calls and the time they take', () => {
    const { reader, results } = reading();
    reader.onEvent({
      type: 'planned',
      kind: 'upload',
      path: 'a.csv',
      reason: 'changed',
      bytes: 10,
      stamp: '',
    });
    reader.onEvent({
      type: 'planned',
      kind: 'move',
      path: 'old/',
      to: 'new/',
      stamp: '',
      reason: 'folder_renamed',
      files: 7,
    });
    reader.onEvent({
      type: 'plan',
      estimateMs: 30_000,
      estimateFrom: 'usual',
      cost: { uploads: 1, bytes: 10, moves: 1, removals: 0, foldersCreated: 0, calls: 4 },
    });
    reader.finish(report({ dryRun: true }), undefined);
    expect(results.slice(0, 4)).toEqual([
      'would upload  a.csv  (changed, 10 B)',
      'would move    old/ -> new/  (folder renamed, 7 files)',
      'Dry run: nothing was changed',
      '  would be   1 upload (10 B), 1 move; 4 calls, about 30s',
    ]);
  });

  test('of a run that ended early says so, and is left out when nothing was done before', () => {
    const error = new SyncError('stage_unreachable', 'no', { verdict: 'end_run' });
    const started: SyncEvent = { type: 'pass:started', source: 'a', destination: 'b', dryRun: false };
    const late = reading();
    late.reader.onEvent(started);
    late.reader.finish(report({ outcome: 'failures', uploaded: 1 }), error);
    expect(late.results.slice(0, 2)).toEqual(['a -> b', 'Not in sync: the run ended early']);
    const early = reading();
    early.reader.onEvent(started);
    early.reader.finish(report({ outcome: 'failures' }), error);
    expect([...early.results, ...early.notices]).toEqual([]);
  });

  test('is left out under --quiet', () => {
    const { reader, results, notices } = reading({ quiet: true });
    reader.onEvent(link('l'));
    reader.finish(report({ outcome: 'warnings' }), undefined);
    expect([...results, ...notices]).toEqual([]);
  });
});
