import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { Report } from '../../../src/model/events.ts';
import { LineOutput } from '../../../src/cli/output/line-output.ts';
import { failedReport, jsonReader } from '../../../src/cli/output/json.ts';

const report = JSON.parse(failedReport(new Error('x'))) as Report;

test('every event is a line, and the report comes once, last', async () => {
  const stream = new PassThrough();
  const out = new LineOutput(stream, () => undefined);
  const reader = jsonReader(out);
  reader.onEvent({ type: 'transfer', path: 'a\nb', bytes: 1, sent: 1 });
  reader.onEvent({ ...report, outcome: 'clean' });
  reader.finish({ ...report, outcome: 'clean' }, undefined);
  await out.flush();
  const lines = String(stream.read()).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['transfer', 'report']);
});

test('what ended a run early stands in its report', async () => {
  const stream = new PassThrough();
  const out = new LineOutput(stream, () => undefined);
  jsonReader(out).finish(report, new SyncError('locked', 'another run', { verdict: 'end_run' }));
  await out.flush();
  expect(JSON.parse(String(stream.read()))).toMatchObject({
    error: { code: 'locked', message: 'another run' },
  });
});

test('a run that failed before its pass has a report of zeros with the error', () => {
  const refused = new SyncError('guard_max_delete', 'too many', { verdict: 'end_run' });
  expect(JSON.parse(failedReport(refused))).toMatchObject({
    type: 'report',
    outcome: 'refused',
    uploaded: 0,
    error: { code: 'guard_max_delete', message: 'too many' },
  });
  expect(JSON.parse(failedReport(new TypeError('oops')))).toMatchObject({
    outcome: 'failures',
    error: { code: 'unexpected' },
  });
});
