import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LineOutput } from '../../../../src/cli/output/line-output.ts';
import { JobsDisplay } from '../../../../src/cli/output/progress/jobs/jobs-display.ts';
import { openDisplay } from '../../../../src/cli/output/progress/open-display.ts';
import { LINE_EVERY_MS } from '../../../../src/cli/output/progress/periodic-lines.ts';
import { ProgressTracker } from '../../../../src/cli/output/progress/progress-tracker.ts';
import { fakeHost } from '../../../support/cli/fake-host.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const VIEW = {
  frame: ({ columns }: { readonly columns: number }) => `frame of ${columns}`,
  lines: () => ['line'],
};
const SHOWN = { progress: true } as const;

/** A process whose stderr, and stdout where `both`, is a terminal of 60 columns. */
function showing({ isTerminal = true, both = false, ci = false } = {}) {
  const fake = fakeHost({ LANG: 'C' });
  const { stdout, stderr } = fake.host;
  if (isTerminal) Object.assign(stderr, { isTTY: true, columns: 60, rows: 24 });
  if (both) Object.assign(stdout, { isTTY: true });
  const out = new LineOutput(stdout, () => undefined);
  const err = new LineOutput(stderr, () => undefined);
  const context = { host: fake.host, out, err, environment: { ci } } as Parameters<typeof openDisplay>[0];
  const said = async () => {
    await Promise.all([out.flush(), err.flush()]);
    return { stdout: fake.stdout(), stderr: fake.stderr() };
  };
  return { context, out, err, said };
}

test('lines for the same terminal go over the display, and after it to where they belong', async () => {
  const { context, out, err, said } = showing({ both: true });
  const display = await openDisplay(context, SHOWN, VIEW);
  vi.advanceTimersByTime(200);
  out.line('a result');
  err.line('a warning');
  const during = await said();
  expect(during.stdout).toBe('');
  expect(during.stderr).toMatch(/frame of 60.*a result\n.*a warning\n/s);
  display.stop();
  out.line('the end');
  expect((await said()).stdout).toBe('the end\n');
});

test('what goes to a file is not for the terminal', async () => {
  const { context, out, said } = showing();
  const display = await openDisplay(context, SHOWN, VIEW);
  out.line('a result');
  expect((await said()).stdout).toBe('a result\n');
  display.stop();
});

test('is away while something else has the terminal, and back after that', async () => {
  const { context, err, said } = showing();
  const display = await openDisplay(context, SHOWN, VIEW);
  vi.advanceTimersByTime(200);
  const before = (await said()).stderr.length;
  await display.aside(async () => {
    vi.advanceTimersByTime(1000);
    err.line('Remove 30 files?');
    expect((await said()).stderr.slice(before)).not.toContain('frame');
  });
  vi.advanceTimersByTime(200);
  expect((await said()).stderr.slice(before)).toMatch(/Remove 30 files\?\n.*frame of 60/s);
  display.stop();
});

test.each([{ isTerminal: false }, { ci: true }])('a log gets lines now and then: %j', async (how) => {
  const { context, said } = showing(how);
  const display = await openDisplay(context, SHOWN, VIEW);
  vi.advanceTimersByTime(2 * LINE_EVERY_MS);
  display.stop();
  vi.advanceTimersByTime(2 * LINE_EVERY_MS);
  expect((await said()).stderr).toBe('line\nline\n');
});

test.each([{ progress: false }, { progress: true, quiet: true }] as const)(
  'who wants nothing gets nothing: %j',
  async (flags) => {
    const { context, said } = showing();
    const display = await openDisplay(context, flags, VIEW);
    vi.advanceTimersByTime(LINE_EVERY_MS);
    expect(await display.aside(async () => 1)).toBe(1);
    display.stop();
    expect((await said()).stderr).toBe('');
  },
);

test('several jobs draw on one display, which stays when one of them is over', async () => {
  const { context, said } = showing();
  const display = await JobsDisplay.open(context, SHOWN, { total: 3 });
  const tracker = new ProgressTracker(() => 0);
  const [orders, events] = ['orders', 'events'].map((name) => display.join(name, () => tracker.state()));
  vi.advanceTimersByTime(100);
  const { stderr } = await said();
  expect(stderr).toMatch(/orders {2}comparing.*events {2}comparing.*0 of 3 jobs done/s);
  orders!.stop();
  display.over();
  vi.advanceTimersByTime(100);
  expect((await said()).stderr.slice(stderr.length)).toContain('events: job 2 of 3');
  events!.stop();
  display.close();
});
