import { onTestFinished } from 'vitest';
import type { JobEvent } from '../../../src/daemon/supervision/job-events.ts';
import { Supervisor } from '../../../src/daemon/supervision/supervisor.ts';
import type { RememberedJob, RememberedJobs } from '../../../src/daemon/schedule/remembered-jobs.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import type { JobsFile, NamedJob, Schedule } from '../../../src/jobs-file/jobs-file.ts';
import { createJob } from '../../../src/jobs/create-job.ts';
import type { JobPass, OpenJob } from '../../../src/jobs/open-job.ts';
import { surroundingsOf } from '../../../src/jobs/surroundings.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { emptyReport } from '../../../src/model/events.ts';
import type { ChangeHint, Source } from '../../../src/model/ports.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { PassResult } from '../../../src/sync/pass-options.ts';
import { createManualClock } from '../engine/manual-clock.ts';

/** A pass that goes on until the test ends it, or it is drained. */
export interface FakePass {
  readonly job: string;
  readonly scope: readonly string[] | 'everything';
  readonly pass: JobPass;
  end(result?: Partial<PassResult>): void;
}

export const failure = (code: SyncError['code'], message = code as string): SyncError =>
  new SyncError(code, message, { verdict: 'end_run' });

const SCHEDULE: Schedule = { cron: '0 * * * *', timeZone: 'UTC', jitterMs: 0, missed: 'run_once' };

/** A job of a file; with `schedule: {}` every hour. */
export const named = (
  name: string,
  {
    schedule,
    ...given
  }: Partial<Omit<NamedJob, 'schedule'>> & { readonly schedule?: Partial<Schedule> } = {},
): NamedJob => ({
  name,
  job: createJob({ from: `/data/${name}`, to: `stage://group/${name}`, name }, '/'),
  watch: false,
  overlap: 'skip',
  notify: [],
  historyMs: 86_400_000,
  guards: {},
  schedule: schedule && { ...SCHEDULE, ...schedule },
  ...given,
});

export const fileOf = (...jobs: readonly NamedJob[]): JobsFile => ({
  path: '/jobs/stagesync.yaml',
  jobs,
  profiles: {},
});

/** A daemon whose jobs are open, and run, as the test says, on a clock that the test moves. */
export function supervised(
  file: JobsFile,
  {
    remembered = new Map<string, RememberedJob>(),
    start = '2026-01-01T00:30:00Z',
    /** What opening a job throws, by its name. */
    cannotOpen = new Map<string, unknown>(),
    /** What is opened for the address of a destination, where it is not the address itself. */
    labels = new Map<string, string>(),
  } = {},
) {
  const clock = createManualClock();
  clock.set(Date.parse(start));
  const passes: FakePass[] = [];
  const told: string[] = [];
  const events: (JobEvent & { readonly job: string })[] = [];
  /** Jobs that are open. */
  const open = new Set<string>();
  const hints = new Map<string, (hint: ChangeHint) => void>();
  const draining = new AbortController();
  const stopped = new AbortController();
  const store: RememberedJobs = {
    of: (name) => remembered.get(name) ?? {},
    remember: (name, change) => void remembered.set(name, { ...remembered.get(name), ...change }),
  };
  const supervisor = new Supervisor(file, {
    clock,
    remembered: store,
    surroundings: {
      gates: new Gates(clock),
      draining: draining.signal,
      signal: stopped.signal,
      of: () =>
        surroundingsOf({
          environment: readEnvironment({}, '/home/test'),
          folder: '/',
          command: 'a test',
          pid: 1,
          draining: draining.signal,
          signal: stopped.signal,
        }),
    },
    onEvent: ({ name }, event) => {
      events.push({ job: name, ...event });
      if (event.type === 'state') told.push(`${name} ${event.state}`);
      else if (event.type === 'skipped') told.push(`${name} skipped ${event.cause}: ${event.why}`);
      else if (event.type === 'run')
        told.push(`${name} ${event.run.cause} ${event.run.error?.code ?? event.run.outcome}`);
    },
    open: async (opened, job, around) => {
      const name = job.name ?? '';
      if (cannotOpen.has(name)) throw cannotOpen.get(name);
      if (open.has(name)) throw failure('locked', 'another run works on it');
      open.add(name);
      opened.defer(() => void open.delete(name));
      const memory = createMemorySource({ now: () => clock.now() });
      const source: Source = {
        ...memory,
        watch: async (onHint) => {
          hints.set(name, onHint);
          return { mode: 'memory', watches: 1, close: async () => undefined };
        },
      };
      const stage = createMemoryDestination({
        now: () => clock.now(),
        label: labels.get(job.to) ?? `${job.to}/`,
      });
      return {
        job,
        source,
        destination: around.observed?.(stage) ?? stage,
        ledger: {
          get: () => undefined,
          releaseMemory: () => undefined,
          remember: () => undefined,
        } as unknown as OpenJob['ledger'],
        filter: createFilter({ rules: [] }),
        run: (pass) =>
          new Promise((resolve) => {
            const end = (result: Partial<PassResult> = {}): void =>
              resolve({
                report: emptyReport('clean'),
                error: undefined,
                unsettled: { changing: [], failed: [] },
                ...result,
              });
            pass.draining?.addEventListener('abort', () =>
              end({ report: emptyReport('interrupted'), error: failure('interrupted') }),
            );
            passes.push({ job: name, scope: pass.scope ?? 'everything', pass, end });
          }),
      };
    },
  });
  onTestFinished(async () => {
    stopped.abort();
    await supervisor.stop();
  });
  supervisor.follow(file);
  const jobOf = (name: string) => supervisor.view().jobs.find((job) => job.name === name)!;
  return {
    clock,
    supervisor,
    passes,
    /** What became of jobs, in order; forgotten once read. */
    told: () => told.splice(0),
    events,
    open,
    cannotOpen,
    remembered,
    draining,
    stateOf: (name: string) => jobOf(name).state,
    jobOf,
    hint: (name: string, ...folders: string[]) => hints.get(name)?.({ folders }),
    /** The machine sleeps. */
    asleep: (ms: number) => clock.set(clock.now() + ms),
    /** The pass of a job that goes on. */
    last: (name: string) => passes.findLast((pass) => pass.job === name)!,
  };
}
