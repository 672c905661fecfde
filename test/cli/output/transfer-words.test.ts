import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { actionText } from '../../../src/cli/commands/logs/run-text.ts';
import { summaryLines } from '../../../src/cli/commands/run/summary.ts';
import { requestText } from '../../../src/cli/output/action-text.ts';
import { openWatchLog } from '../../../src/cli/output/watch-log.ts';
import { transferWords } from '../../../src/model/transfer-words.ts';
import { reportWith } from '../../support/cli/report.ts';

const ACTION = { kind: 'upload', path: 'a', reason: 'new', ms: 1, outcome: 'done' } as const;

describe.each([
  ['stage://my-group/data/', 'upload'],
  ['/home/data', 'download'],
])('to %s, what people read says %s:', (destination, word) => {
  const words = transferWords(destination);
  const other = word === 'upload' ? 'download' : /\bupload/;

  test('the log of a watch or daemon', async () => {
    const stream = new PassThrough();
    const log = await openWatchLog(stream, { log: 'text', verbose: true });
    log.onEvent({
      type: 'sync',
      event: { type: 'pass:started', source: '/x', destination, dryRun: false },
    });
    log.onEvent({ type: 'sync', event: { type: 'action', ...ACTION } });
    log.onEvent({
      type: 'pass',
      folders: undefined,
      reason: 'start',
      startedMs: 0,
      report: reportWith({ uploaded: 2 }),
      error: undefined,
    });
    log.close();
    const text = String(stream.read());
    expect(text).toContain(`${word}  a`);
    expect(text).toContain(`2 ${word}ed`);
    expect(text).not.toMatch(other);
  });

  test('the summary of several jobs, the actions of a run, and a request that is made again', () => {
    const result = {
      name: 'orders',
      words,
      status: 0,
      report: reportWith({ uploaded: 2 }),
      error: undefined,
    } as const;
    expect(summaryLines([result], { quiet: false })[1]).toContain(`2 ${word}ed, `);
    expect(actionText(ACTION, words)).toContain(` ${word} a `);
    const error = { code: 'unexpected', message: 'no' } as const;
    const retry = { type: 'retry', operation: 'upload', path: 'a', attempt: 1, waitMs: 1, error } as const;
    expect(requestText(retry, words)).toBe(`${word} a`);
  });
});
