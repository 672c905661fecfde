import type { DaemonView, JobView, Sample } from '../../../src/daemon/view/daemon-view.ts';
import type { LiveEvents, SessionReply } from '../../../src/daemon/view/page-api.ts';
import { Speeds } from '../text/speeds.ts';
import { askJson } from './api.ts';
import { Store } from './store.ts';

/** 'full': the daemon is there, and has too many pages open. */
export type ConnectionState = 'connecting' | 'live' | 'full' | 'gone' | 'signed_out';

export const connection = new Store<ConnectionState>('connecting');
/** Why nothing is followed, in the daemon's words, while the connection is 'full'. */
export const refusal = new Store('');
/** Undefined until the first event. It stays when the daemon goes away. */
export const daemon = new Store<DaemonView | undefined>(undefined);
export const samples = new Store<{ readonly job: string; readonly samples: readonly Sample[] } | undefined>(
  undefined,
);
/** How fast each job sends; measured here, from one event to the next. */
export const speeds = new Speeds();

/** Milliseconds that the daemon's clock is ahead of the browser's. */
let ahead = 0;
/** The time by the daemon's clock. */
export const nowMs = (): number => Date.now() + ahead;

/** The server sends something every 5 seconds. */
const SILENCE_MS = 15_000;
const LONGEST_WAIT_MS = 10_000;
/** As many as the daemon keeps, and not without end. */
const MOST_SAMPLES = 2000;

let events: EventSource | undefined;
let watchedJob: string | undefined;
let heardMs = 0;
let waitMs = 500;
let again: ReturnType<typeof setTimeout> | undefined;

/** Follows the daemon, with the samples of one job. */
export function follow(job: string | undefined): void {
  if (events !== undefined && job === watchedJob) return;
  watchedJob = job;
  if (samples.value?.job !== job) samples.set(undefined);
  open();
}

function open(): void {
  clearTimeout(again);
  events?.close();
  events = new EventSource(
    `api/events${watchedJob === undefined ? '' : `?job=${encodeURIComponent(watchedJob)}`}`,
  );
  heardMs = Date.now();
  listen(events, 'view', ({ nowMs: now, view }) => {
    heard(now);
    daemon.set(view);
    for (const job of view.jobs) speeds.saw(job, now);
  });
  listen(events, 'jobs', ({ nowMs: now, jobs, machines }) => {
    heard(now);
    for (const job of jobs) speeds.saw(job, now);
    if (daemon.value !== undefined) daemon.set(changed(daemon.value, jobs, machines));
  });
  listen(events, 'samples', (more) => {
    const before = samples.value?.job === more.job ? samples.value.samples : [];
    const last = before.at(-1)?.atMs ?? 0;
    const added = more.samples.filter(({ atMs }) => atMs > last);
    samples.set({ job: more.job, samples: [...before, ...added].slice(-MOST_SAMPLES) });
  });
  listen(events, 'alive', ({ nowMs: now }) => heard(now));
  const opened = events;
  opened.onerror = () => {
    if (opened === events) lost();
  };
}

function listen<Name extends keyof LiveEvents>(
  source: EventSource,
  name: Name,
  use: (data: LiveEvents[Name]) => void,
): void {
  source.addEventListener(name, (event: MessageEvent<string>) => {
    if (source === events) use(JSON.parse(event.data) as LiveEvents[Name]);
  });
}

const changed = (
  view: DaemonView,
  jobs: readonly JobView[],
  machines: LiveEvents['jobs']['machines'],
): DaemonView => ({
  ...view,
  jobs: view.jobs.map((job) => jobs.find(({ name }) => name === job.name) ?? job),
  machines: machines === undefined ? view.machines : (machines ?? undefined),
});

function heard(now: number): void {
  ahead = now - Date.now();
  heardMs = Date.now();
  waitMs = 500;
  connection.set('live');
}

/** The stream ended: the daemon is gone, or the session is. */
function lost(): void {
  events?.close();
  events = undefined;
  if (connection.value === 'live') connection.set('gone');
  tryLater();
}

/** Asks whether somebody is signed in, then follows the daemon; while it does not answer, again and again. */
export function reconnect(): void {
  clearTimeout(again);
  askJson<SessionReply>('session').then(
    ({ signedIn, noEvents }) => {
      if (!signedIn) return connection.set('signed_out');
      if (noEvents === undefined) return open();
      refusal.set(noEvents);
      connection.set('full');
      tryLater();
    },
    () => {
      connection.set('gone');
      tryLater();
    },
  );
}

/** Somebody may have signed in in another tab. */
function followAgain(): void {
  askJson<SessionReply>('session').then(
    ({ signedIn }) => {
      if (signedIn && connection.value === 'signed_out') reconnect();
    },
    () => {},
  );
}

function tryLater(): void {
  clearTimeout(again);
  if (document.hidden) return;
  again = setTimeout(reconnect, waitMs);
  waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
}

/** A page that nobody looks at lets go of its connection: browsers have six for each server. */
export function followVisibility(): void {
  document.addEventListener('visibilitychange', () => {
    if (connection.value === 'signed_out') return document.hidden ? undefined : followAgain();
    clearTimeout(again);
    if (!document.hidden) return events === undefined ? reconnect() : undefined;
    again = setTimeout(() => {
      events?.close();
      events = undefined;
    }, 60_000);
  });
  addEventListener('focus', () => {
    if (connection.value === 'signed_out') followAgain();
  });
  // a daemon whose machine vanished closes nothing
  setInterval(() => {
    if (events !== undefined && !document.hidden && Date.now() - heardMs > SILENCE_MS) lost();
  }, 5000);
}
