import type { NotifyTarget } from '../../jobs-file/jobs-file.ts';
import { hasCredentials } from '../../jobs/authority.ts';
import { configError } from '../../jobs/usage-errors.ts';
import type { ProxySettings } from '../../http/proxy.ts';
import type { Clock } from '../../model/ports.ts';
import type { RunSummary } from '../../model/run.ts';
import { newRunId } from '../../sync/ledger/runs/run-id.ts';
import { DeliveryQueue } from './delivery.ts';
import { eventsOfRun, isGood, type BeforeRun } from './events-of-run.ts';
import { noticeText, type Notice, type NoticeOf } from './notice.ts';
import { runCommand, type Variables } from './run-command.ts';
import { requestSender, type SendRequest } from './send-request.ts';
import { readSecret, signedHeaders } from './signature.ts';

export interface NotifierOptions {
  readonly targets: readonly NotifyTarget[];
  readonly of: NoticeOf;
  /** The run before the first that will be told of, as remembered: whether a success is a recovery. */
  readonly lastRun: RunSummary | undefined;
  readonly clock: Clock;
  readonly proxy?: ProxySettings | undefined;
  /** The folder that commands run in, and their environment. */
  readonly folder: string;
  readonly env: Variables;
  /** Told what could not be delivered, without secrets. */
  readonly onTrouble: (message: string) => void;
}

interface Target {
  readonly on: ReadonlySet<string>;
  readonly isHeartbeat: boolean;
  readonly queue: DeliveryQueue;
  readonly attempt: (id: string, body: string) => Parameters<DeliveryQueue['add']>[0]['attempt'];
}

/** Tells the targets of a job what becomes of it. Nothing waits for it, and nothing of it throws. */
export interface Notifier {
  runEnded(run: RunSummary): void;
  /** Nothing more is done until a person has acted; said once for a reason. */
  halted(reason: string): void;
  /** A run that was due was not made. */
  skipped(reason: string): void;
  /** Delivers what waits, for `withinMs` at most. */
  close(withinMs: number): Promise<void>;
}

/** Rejects with `config` a URL or a file with a secret that cannot be used. */
export async function openNotifier(options: NotifierOptions): Promise<Notifier> {
  const { of, clock } = options;
  const sender = requestSender(options.proxy);
  const targets = await Promise.all(options.targets.map((target) => openTarget(target, options, sender)));
  let before: BeforeRun = { run: options.lastRun, toldMs: options.lastRun?.endedMs };
  let haltedBy: string | undefined;

  const tell = (notice: Omit<Notice, 'atMs'>): void => {
    const nowMs = clock.now();
    const id = `msg_${newRunId(nowMs)}`;
    const body = noticeText({ ...notice, atMs: nowMs }, of);
    for (const { on, isHeartbeat, queue, attempt } of targets)
      if (!isHeartbeat && on.has(notice.event)) queue.add({ attempt: attempt(id, body) });
  };
  return {
    runEnded(run) {
      const events = eventsOfRun(run, before);
      for (const event of events) tell({ event, run });
      const toldMs = events.includes('failure') ? run.endedMs : before.toldMs;
      if (run.outcome !== 'interrupted') before = { run, toldMs };
      if (!isGood(run)) return;
      haltedBy = undefined;
      // of several that wait one is enough
      for (const { isHeartbeat, queue, attempt } of targets)
        if (isHeartbeat) queue.add({ attempt: attempt('', ''), replaces: 'heartbeat' });
    },
    halted(reason) {
      if (reason !== haltedBy) tell({ event: 'halted', reason });
      haltedBy = reason;
    },
    skipped: (reason) => tell({ event: 'skipped', reason }),
    async close(withinMs) {
      await Promise.all(targets.map(({ queue }) => queue.close(withinMs)));
      await sender.close();
    },
  };
}

async function openTarget(
  { on, way }: NotifyTarget,
  { clock, folder, env, onTrouble }: NotifierOptions,
  send: SendRequest,
): Promise<Target> {
  const target = (name: string, attempt: Target['attempt']): Target => ({
    on: new Set(on),
    isHeartbeat: way.kind === 'heartbeat',
    queue: new DeliveryQueue({ name, clock, onTrouble }),
    attempt,
  });
  if (way.kind === 'command') {
    const [program = ''] = way.command;
    return target(
      `the command ${JSON.stringify(program)}`,
      (_id, body) => (signal) => runCommand(way.command, body, { folder, env, signal }),
    );
  }
  const url = checkedUrl(way.kind, way.url);
  const name = `the ${way.kind} at ${url.origin}`;
  if (way.kind === 'heartbeat')
    return target(
      name,
      () => (signal) => send({ url, method: 'GET', headers: AGENT, body: undefined, signal }),
    );
  const { secretFile } = way;
  if (secretFile !== undefined) await readSecret(secretFile);
  return target(name, (id, body) => async (signal) => {
    try {
      // read anew, so that a secret can be changed while the process runs
      const key = secretFile === undefined ? undefined : await readSecret(secretFile);
      const signed = signedHeaders(key, { id, nowMs: clock.now(), body });
      const headers = { ...AGENT, 'content-type': 'application/json', ...signed };
      return await send({ url, method: 'POST', headers, body, signal });
    } catch {
      return { ended: 'again', why: 'the file with its secret cannot be used' };
    }
  });
}

const AGENT = { 'user-agent': 'stagesync' };

/** The error shows nothing of the text: the path of a webhook is a secret. */
function checkedUrl(kind: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw configError(`the URL of a ${kind} has to begin with https:// or http:// and name a host`);
  if (hasCredentials(text))
    throw configError(`the URL of a ${kind} has a user or a password before its "@": leave them out`);
  return url;
}
